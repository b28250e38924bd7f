package desk

import (
	"context"

	"loanledger/domain/book"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// Open opens a book for a lender on a first business date, and adds it to the directory. A book that
// is open stays as it is.
func (d *Desk) Open(ctx context.Context, b ident.Book, l book.Lender, on date.Date) error {
	if err := d.Log().OpenBook(ctx, eventstore.Book(b), on.Days()); err != nil {
		return err
	}
	d.lenders.Add(b, l.Code)
	entry, err := ledger.Lookup("book.open")
	if err != nil {
		return err
	}
	state, _, err := d.bookState(ctx, b)
	if err != nil || state.Book != 0 {
		return err
	}
	_, err = d.Do(ctx, ledger.Request{
		Command: ledger.Command{Entry: entry, Target: uuid.Nil, Body: &ledger.Open{Lender: l, On: on}},
		Book:    b, Key: "open", Actor: "system:open",
	})
	return err
}
