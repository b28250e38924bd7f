// Package projections turns the log into what is asked of it: folded states and tables.
package projections

import (
	"strings"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/eventstore"
)

// The families of streams of the ledger.
var (
	Loans = &eventstore.Family[loan.State]{
		Name: "loan", Decode: decodeBy(loan.Kinds, loan.ErrNotFound), Encode: encodeBy(loan.Kinds),
		Fold: func(s loan.State, f any) loan.State { return s.Fold(f.(fact.Fact)) },
		Size: loan.State.Size,
	}
	Borrowers = &eventstore.Family[borrower.State]{
		Name: "borrower", Decode: decodeBy(borrower.Kinds, borrower.ErrNotFound), Encode: encodeBy(borrower.Kinds),
		Fold: func(s borrower.State, f any) borrower.State { return s.Fold(f.(fact.Fact)) },
		Size: borrower.State.Size,
	}
	Books = &eventstore.Family[book.State]{
		Name: "book", Decode: decodeBy(book.Kinds, book.ErrLenderUnknown), Encode: encodeBy(book.Kinds),
		Fold: func(s book.State, f any) book.State { return s.Fold(f.(fact.Fact)) },
		Size: book.State.Size,
	}
)

// Decode turns any event of the ledger into a fact. Errors: fact.ErrUndecodable.
func Decode(e eventstore.Event) (fact.Fact, error) {
	kinds := loan.Kinds
	switch aggregate, _, _ := strings.Cut(e.Type, "."); aggregate {
	case "borrower":
		kinds = borrower.Kinds
	case "book":
		kinds = book.Kinds
	}
	return kinds.Decode(e.Type, e.Schema, e.Data)
}

// decodeBy decodes the events of one family. A stream of another family is none of its own.
func decodeBy(kinds fact.Kinds, notFound error) func(eventstore.Event) (any, error) {
	return func(e eventstore.Event) (any, error) {
		if _, own := kinds[e.Type]; !own {
			return nil, notFound
		}
		return kinds.Decode(e.Type, e.Schema, e.Data)
	}
}

func encodeBy(kinds fact.Kinds) func(any) (eventstore.NewEvent, error) {
	return func(f any) (eventstore.NewEvent, error) {
		stored, err := kinds.Encode(f.(fact.Fact))
		return eventstore.NewEvent{
			Type: stored.Type, Schema: stored.Schema, Data: stored.Data, Personal: stored.Personal,
		}, err
	}
}
