package desk

import (
	"context"
	"errors"

	"loanledger/domain/book"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// Open opens a book for a lender on a first business date, with what the lender's first book offers,
// and adds it to the directory. A book that is open stays as it is, and one that the log already has
// keeps its date.
func (d *Desk) Open(ctx context.Context, b ident.Book, l book.Lender, on date.Date) error {
	if err := d.Log().OpenBook(ctx, eventstore.Book(b), on.Days()); err != nil {
		return err
	}
	head, err := d.Log().Head(ctx, eventstore.Book(b))
	if err != nil {
		return err
	}
	d.lenders.Register(b, l.Code)
	state, _, err := d.bookState(ctx, b)
	if err != nil {
		return err
	}
	if state.Book == 0 {
		err := d.giveOpen(ctx, b, &ledger.Open{Lender: l, On: date.FromDays(head.Epoch)})
		if err != nil && !errors.Is(err, eventstore.ErrKeyReused) { // another process opened it, with other products
			return err
		}
	}
	d.lenders.Add(b, l.Code)
	return d.SpreadProducts(ctx, l.Code)
}

func (d *Desk) giveOpen(ctx context.Context, b ident.Book, body *ledger.Open) error {
	entry, err := ledger.Lookup("book.open")
	if err != nil {
		return err
	}
	if books := d.lenders.Books(body.Lender.Code); len(books) > 0 {
		first, _, err := d.bookState(ctx, books[0])
		if err != nil {
			return err
		}
		body.Products = first.Products
	}
	_, err = d.Do(ctx, ledger.Request{
		Command: ledger.Command{Entry: entry, Target: uuid.Nil, Body: body}, Book: b, Key: "open", Actor: "system:open",
	})
	return err
}

// IsOpen says whether a book was opened, by whichever process; if so, it is added to the directory.
func (d *Desk) IsOpen(ctx context.Context, b ident.Book) (bool, error) {
	state, _, err := d.bookState(ctx, b)
	if err != nil || state.Book == 0 {
		return false, err
	}
	d.lenders.Add(b, state.Lender.Code)
	return true, nil
}
