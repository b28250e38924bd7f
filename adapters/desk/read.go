package desk

import (
	"context"
	"time"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/loan"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
)

// Every read here asks the log, so that it sees every command that was acknowledged before it.

// signingCodeDigits is the length of the code that signs an agreement.
const signingCodeDigits = 6

// SigningCode is the code with which the borrower signs a loan.
func (d *Desk) SigningCode(id uuid.UUID) string {
	return d.keeper.Code(eventstore.Book(ident.BookOf(id)), "sign", id, 1, signingCodeDigits)
}

// Loan is a loan and its version. Errors: loan_not_found.
func (d *Desk) Loan(ctx context.Context, id uuid.UUID) (loan.State, eventstore.Version, error) {
	if _, known := d.lenders.OfBook(ident.BookOf(id)); !known {
		return loan.State{}, 0, loan.ErrNotFound
	}
	s, version, err := eventstore.LoadState(ctx, d.executor, projections.Loans, eventstore.Book(ident.BookOf(id)), id)
	if err == nil && s.Status == loan.None {
		err = loan.ErrNotFound
	}
	return s, version, err
}

// LoanKnownAt is a loan on a business date, from the events that count from that date or earlier and
// had been recorded at a moment; the zero moment is now. Errors: loan_not_found.
func (d *Desk) LoanKnownAt(ctx context.Context, id uuid.UUID, asOf date.Date, knownAt time.Time) (loan.State, error) {
	events, err := d.LoanEvents(ctx, id)
	if err != nil {
		return loan.State{}, err
	}
	var facts []fact.Fact
	for _, e := range events {
		if knownAt.IsZero() || !e.RecordedAt.After(knownAt) {
			facts = append(facts, e.Fact.(fact.Fact))
		}
	}
	s := loan.StateAsOf(facts, asOf)
	if s.Status == loan.None {
		return s, loan.ErrNotFound.With("the loan was not there then")
	}
	return s, nil
}

// LoanEvents is the history of a loan. Errors: loan_not_found.
func (d *Desk) LoanEvents(ctx context.Context, id uuid.UUID) ([]eventstore.Recorded, error) {
	b := ident.BookOf(id)
	if _, known := d.lenders.OfBook(b); !known {
		return nil, loan.ErrNotFound
	}
	events, err := d.Log().ReadStream(ctx, eventstore.Book(b), id, 0)
	if err != nil {
		return nil, err
	}
	history := make([]eventstore.Recorded, 0, len(events))
	for _, e := range events {
		f, err := projections.Decode(e)
		if err != nil {
			return nil, err
		}
		history = append(history, eventstore.Recorded{Event: e, Fact: f})
	}
	if len(history) == 0 || history[0].Type != (loan.Applied{}).EventType() {
		return nil, loan.ErrNotFound
	}
	return history, nil
}

// Borrower is a borrower and the version. Errors: borrower_not_found.
func (d *Desk) Borrower(ctx context.Context, id uuid.UUID) (borrower.State, eventstore.Version, error) {
	if _, known := d.lenders.OfBook(ident.BookOf(id)); !known {
		return borrower.State{}, 0, borrower.ErrNotFound
	}
	s, version, err := eventstore.LoadState(ctx, d.executor, projections.Borrowers, eventstore.Book(ident.BookOf(id)), id)
	if err == nil && !s.Known() {
		err = borrower.ErrNotFound
	}
	return s, version, err
}

// Book is the state of a lender's first book: who the lender is, the products on offer, and a
// business date. Errors: lender_not_found.
func (d *Desk) Book(ctx context.Context, lender string) (book.State, error) {
	books := d.lenders.Books(lender)
	if lender == "" || len(books) == 0 {
		return book.State{}, book.ErrLenderUnknown
	}
	s, _, err := d.bookState(ctx, books[0])
	return s, err
}

// BooksOf is the states of all books of a lender, the first one first. Errors: lender_not_found.
func (d *Desk) BooksOf(ctx context.Context, lender string) ([]book.State, error) {
	books := d.lenders.Books(lender)
	if lender == "" || len(books) == 0 {
		return nil, book.ErrLenderUnknown
	}
	states := make([]book.State, len(books))
	for i, b := range books {
		var err error
		if states[i], _, err = d.bookState(ctx, b); err != nil {
			return nil, err
		}
	}
	return states, nil
}

// BookWith is the state of the book that an identifier belongs to; its business date is that of all
// that is in it. Errors: lender_not_found.
func (d *Desk) BookWith(ctx context.Context, id uuid.UUID) (book.State, error) {
	return d.BookNumbered(ctx, ident.BookOf(id))
}

// BookNumbered is the state of a book. Errors: lender_not_found.
func (d *Desk) BookNumbered(ctx context.Context, b ident.Book) (book.State, error) {
	if _, known := d.lenders.OfBook(b); !known {
		return book.State{}, book.ErrLenderUnknown
	}
	s, _, err := d.bookState(ctx, b)
	return s, err
}

// BusinessDate is the open business date of a lender: the earliest of its books'. Errors:
// lender_not_found.
func (d *Desk) BusinessDate(ctx context.Context, lender string) (date.Date, error) {
	states, err := d.BooksOf(ctx, lender)
	if err != nil {
		return date.Date{}, err
	}
	return book.BusinessDate(states), nil
}

func (d *Desk) bookState(ctx context.Context, b ident.Book) (book.State, eventstore.Version, error) {
	return eventstore.LoadState(ctx, d.executor, projections.Books, eventstore.Book(b), book.StreamOf(b))
}
