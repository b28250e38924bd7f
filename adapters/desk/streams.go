package desk

import (
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
)

// streams is one attempt of a command on the event store, as the catalogue wants to see it.
type streams struct{ unit *eventstore.Unit }

var _ ledger.Streams = (*streams)(nil)

func (s *streams) Loan(id uuid.UUID) (loan.State, error) {
	state, _, err := eventstore.Load(s.unit, projections.Loans, id)
	return state, err
}

func (s *streams) Borrower(id uuid.UUID) (borrower.State, error) {
	state, _, err := eventstore.Load(s.unit, projections.Borrowers, id)
	return state, err
}

func (s *streams) Book() (book.State, error) {
	state, _, err := eventstore.Load(s.unit, projections.Books, s.bookStream())
	return state, err
}

func (s *streams) RecordLoan(id uuid.UUID, facts ...fact.Fact) error {
	return eventstore.Emit(s.unit, projections.Loans, id, untyped(facts)...)
}

func (s *streams) RecordBorrower(id uuid.UUID, facts ...fact.Fact) error {
	return eventstore.Emit(s.unit, projections.Borrowers, id, untyped(facts)...)
}

func (s *streams) RecordBook(facts ...fact.Fact) error {
	return eventstore.Emit(s.unit, projections.Books, s.bookStream(), untyped(facts)...)
}

// BeginDay makes the business date the era of the book: what was decided on an earlier date, and
// comes later, is decided again.
func (s *streams) BeginDay(d date.Date) { s.unit.BeginEpoch(d.Days()) }

func (s *streams) bookStream() uuid.UUID { return book.StreamOf(ident.Book(s.unit.Book())) }

func untyped(facts []fact.Fact) []any {
	list := make([]any, len(facts))
	for i, f := range facts {
		list[i] = f
	}
	return list
}
