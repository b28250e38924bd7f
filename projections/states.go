package projections

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/loan"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// States is every stream of a book, folded.
type States struct {
	Position eventstore.Position // up to which it was folded
	Book     book.State
	shares   []*statesShare
}

// statesShare is the streams that one of the goroutines of a replay folds.
type statesShare struct {
	number, of int
	at         eventstore.Position
	loans      map[uuid.UUID]*loan.State
	borrowers  map[uuid.UUID]*borrower.State
	book       book.State
}

// ReplayStates folds a book from its beginning up to a position, or to its end for 0, on all cores.
// All states are in memory at once. Errors: a Poison, or those of Log.Scan.
func ReplayStates(ctx context.Context, log eventstore.Log, number eventstore.Book, upTo eventstore.Position) (*States, error) {
	s := &States{shares: make([]*statesShare, runtime.GOMAXPROCS(0))}
	takers := make([]func(context.Context, eventstore.Decoded[fact.Fact]) error, len(s.shares))
	for i := range s.shares {
		share := &statesShare{
			number: i, of: len(s.shares), loans: map[uuid.UUID]*loan.State{}, borrowers: map[uuid.UUID]*borrower.State{},
		}
		s.shares[i] = share
		takers[i] = share.take
	}
	err := eventstore.ReplayBook(ctx, log, eventstore.Scan{Book: number, UpTo: upTo, Folding: true}, decodeOne, takers...)
	if err != nil {
		return nil, err
	}
	for _, share := range s.shares {
		s.Position = max(s.Position, share.at)
	}
	s.Book = s.shareOf(book.StreamOf(ident.Book(number))).book
	return s, nil
}

func (s *States) shareOf(stream uuid.UUID) *statesShare {
	return s.shares[eventstore.Share(stream, len(s.shares))]
}

// Loan is a loan of the book; the zero state where there is none of the identifier.
func (s *States) Loan(id uuid.UUID) loan.State {
	if l := s.shareOf(id).loans[id]; l != nil {
		return *l
	}
	return loan.State{}
}

// Borrower is a borrower of the book; the zero state where there is none of the identifier.
func (s *States) Borrower(id uuid.UUID) borrower.State {
	if b := s.shareOf(id).borrowers[id]; b != nil {
		return *b
	}
	return borrower.State{}
}

func (s *statesShare) take(_ context.Context, chunk eventstore.Decoded[fact.Fact]) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &Poison{chunk.Events[0].Book, s.at, fmt.Errorf("panic: %v", r)}
		}
	}()
	for i := range chunk.Events {
		e := &chunk.Events[i]
		if eventstore.Share(e.Stream, s.of) == s.number {
			s.at = e.Position
			s.fold(e, chunk.Facts[i])
		}
	}
	return nil
}

func (s *statesShare) fold(e *eventstore.Event, f fact.Fact) {
	switch {
	case isLoan(e):
		foldInto(s.loans, e.Stream, f, loan.State.Fold)
	case strings.HasPrefix(e.Type, "borrower."):
		foldInto(s.borrowers, e.Stream, f, borrower.State.Fold)
	default:
		s.book = s.book.Fold(f)
	}
}

func foldInto[S any](states map[uuid.UUID]*S, stream uuid.UUID, f fact.Fact, fold func(S, fact.Fact) S) {
	state := states[stream]
	if state == nil {
		state = new(S)
		states[stream] = state
	}
	*state = fold(*state, f)
}
