package desk

import (
	"context"
	"fmt"

	"loanledger/domain/book"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"

	"github.com/google/uuid"
)

// publish puts a product on offer in the lender's first book, which gives it its version, and then in
// the others. Each book decides by its own stream, so for a moment the books of a lender may offer
// different versions; every loan says which one it has. Should it break off, giving the command again
// goes on, and so does SpreadProducts.
func (d *Desk) publish(ctx context.Context, lender string, r ledger.Request) (ledger.Outcome, error) {
	if books := d.lenders.Books(lender); len(books) > 0 {
		r.Book = books[0]
	}
	outcome, err := d.carryOut(ctx, r, d.handle)
	if err == nil {
		err = d.SpreadProducts(ctx, lender)
	}
	if err != nil {
		return ledger.Outcome{}, err
	}
	return outcome, nil
}

// SpreadProducts brings what the first book of a lender has published to its other books, as far as
// they do not have it. Errors: lender_not_found, or the log's.
func (d *Desk) SpreadProducts(ctx context.Context, lender string) error {
	books := d.lenders.Books(lender)
	if lender == "" || len(books) == 0 {
		return book.ErrLenderUnknown
	}
	if len(books) == 1 {
		return nil
	}
	first, _, err := d.bookState(ctx, books[0])
	if err != nil {
		return err
	}
	for _, b := range books[1:] {
		if err := d.adopt(ctx, b, first.Products); err != nil {
			return fmt.Errorf("products of book %d: %w", b, err)
		}
	}
	return nil
}

// adopt brings products to a book, where they are not there yet.
func (d *Desk) adopt(ctx context.Context, b ident.Book, products []book.Published) error {
	state, _, err := d.bookState(ctx, b)
	if err != nil || len(book.Adopt(state, products)) == 0 {
		return err
	}
	entry, err := ledger.Lookup("book.adopt_products")
	if err != nil {
		return err
	}
	_, err = d.Do(ctx, ledger.Request{
		Command: ledger.Command{Entry: entry, Target: uuid.Nil, Body: &ledger.AdoptProducts{Products: products}},
		Book:    b, Actor: "system:products",
	})
	return err
}
