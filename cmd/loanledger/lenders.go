package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"loanledger/adapters/desk"
	"loanledger/domain/book"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/product"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

//go:embed lenders/*.json
var shippedLenders embed.FS

//go:embed samples/*.json
var sampleProducts embed.FS

// loadLenders reads the lenders' configurations: from a folder, or those that ship with the program.
func loadLenders(dir string) ([]book.Lender, error) {
	files, err := fs.Sub(shippedLenders, "lenders")
	if dir != "" {
		files = os.DirFS(dir)
	}
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, err
	}
	var lenders []book.Lender
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		l, err := book.ParseLender(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		lenders = append(lenders, l)
	}
	if len(lenders) == 0 {
		return nil, fmt.Errorf("no lender is configured in %s", dir)
	}
	return lenders, nil
}

// openBooks opens a book for each lender that has none, on the lender's calendar date less a number
// of days, and fills the directory.
func openBooks(ctx context.Context, store *pgstore.Store, d *desk.Desk, lenders []book.Lender, now time.Time, daysAgo int) error {
	for _, l := range lenders {
		if err := openBook(ctx, store, d, l, date.Of(now, l.Zone()).AddDays(-daysAgo)); err != nil {
			return fmt.Errorf("open a book for %s: %w", l.Code, err)
		}
	}
	return nil
}

func openBook(ctx context.Context, store *pgstore.Store, d *desk.Desk, l book.Lender, on date.Date) error {
	for {
		books, err := store.Books(ctx)
		if err != nil {
			return err
		}
		next := eventstore.Book(1)
		for _, b := range books {
			if b.Lender == l.Code {
				return d.Open(ctx, ident.Book(b.Book), l, on)
			}
			if b.Lender != "" && b.Book >= next {
				next = b.Book + 1
			}
		}
		if err := store.OpenBook(ctx, next, on.Days()); err != nil {
			return err
		}
		err = store.RegisterBook(ctx, next, l.Code)
		if errors.Is(err, pgstore.ErrBookTaken) {
			continue // another process opened this one for another lender; look again
		}
		if err != nil {
			return err
		}
		return d.Open(ctx, ident.Book(next), l, on)
	}
}

// knowBooks fills the directory with the books that are there, and opens none.
func knowBooks(ctx context.Context, store *pgstore.Store, lenders *desk.Lenders) error {
	books, err := store.Books(ctx)
	if err != nil {
		return err
	}
	for _, b := range books {
		if b.Lender != "" {
			lenders.Add(ident.Book(b.Book), b.Lender)
		}
	}
	return nil
}

// sampleProductsOf is the sample products of a lender: those in its currency.
func sampleProductsOf(l book.Lender) ([]product.Product, error) {
	names, err := fs.Glob(sampleProducts, "samples/"+l.Code+"-*.json")
	if err != nil {
		return nil, err
	}
	var products []product.Product
	for _, name := range names {
		data, err := sampleProducts.ReadFile(name)
		if err != nil {
			return nil, err
		}
		p, err := product.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		products = append(products, p)
	}
	return products, nil
}
