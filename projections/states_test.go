package projections_test

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/ident"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/eventstore"
	"loanledger/eventstore/memstore"
	"loanledger/projections"

	"github.com/google/uuid"
)

// serially folds a stream event by event.
func serially[S any](t *testing.T, log eventstore.Log, number eventstore.Book, stream uuid.UUID, upTo eventstore.Position, f *eventstore.Family[S]) (s S) {
	t.Helper()
	events, err := log.ReadStream(t.Context(), number, stream, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Position > upTo {
			break
		}
		decoded, err := f.Decode(e)
		if err != nil {
			t.Fatal(err)
		}
		s = f.Fold(s, decoded)
	}
	return s
}

// TestReplayedStates: all states of a book, folded on all cores, are those of their streams.
func TestReplayedStates(t *testing.T) {
	log := memstore.New(time.Now)
	l := newLives(t, log, 1, money.EUR, randomSeed(t))
	l.days(40, 60)
	for _, upTo := range []eventstore.Position{0, l.head(), l.head() / 2, 1} {
		states, err := projections.ReplayStates(t.Context(), log, l.book, upTo)
		if err != nil {
			t.Fatal(err)
		}
		if upTo == 0 {
			upTo = l.head()
		}
		if states.Position != upTo {
			t.Fatalf("folded up to %d, not %d", states.Position, upTo)
		}
		var loans, borrowers int
		for _, id := range l.loans {
			want := serially(t, log, l.book, id, upTo, projections.Loans)
			if !reflect.DeepEqual(states.Loan(id), want) {
				t.Fatalf("loan %s up to %d: %+v, not %+v", id, upTo, states.Loan(id), want)
			}
			if want.Status != loan.None {
				loans++
			}
		}
		for _, id := range l.borrowers {
			want := serially(t, log, l.book, id, upTo, projections.Borrowers)
			if !reflect.DeepEqual(states.Borrower(id), want) {
				t.Fatalf("borrower %s up to %d: %+v, not %+v", id, upTo, states.Borrower(id), want)
			}
			if want.Known() {
				borrowers++
			}
		}
		want := serially(t, log, l.book, book.StreamOf(ident.Book(l.book)), upTo, projections.Books)
		if !reflect.DeepEqual(states.Book, want) {
			t.Fatalf("the book up to %d: %+v, not %+v", upTo, states.Book, want)
		}
		if upTo > 1 && (loans == 0 || borrowers == 0) {
			t.Fatalf("up to %d: %d loans and %d borrowers", upTo, loans, borrowers)
		}
	}
	if nobody := uuid.New(); states(t, log, l).Loan(nobody).Status != loan.None || !reflect.DeepEqual(states(t, log, l).Borrower(nobody), borrower.State{}) {
		t.Error("somebody unknown has a state")
	}
}

func states(t *testing.T, log eventstore.Log, l *lives) *projections.States {
	t.Helper()
	s, err := projections.ReplayStates(t.Context(), log, l.book, 0)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// An event that cannot be decoded, or folded, ends a replay there.
func TestReplayedStatesNameAPoison(t *testing.T) {
	for title, event := range map[string]eventstore.NewEvent{
		"unknown":         {Type: "loan.vanished", Schema: 1, Data: []byte(`{}`)},
		"no loan":         {Type: "loan.repaid", Schema: 1, Data: []byte(`{"currency":7}`)},
		"no kind of book": {Type: "book.vanished", Schema: 1, Data: []byte(`{}`)},
	} {
		log := memstore.New(time.Now)
		l := newLives(t, log, 1, money.EUR, randomSeed(t))
		l.days(3, 10)
		a := eventstore.Append{Command: uuid.New(), Actor: "test", Epoch: 1, Streams: []eventstore.StreamAppend{
			{Stream: uuid.New(), Events: []eventstore.NewEvent{event}},
		}}
		appended, err := log.Append(t.Context(), l.book, a)
		if err != nil {
			t.Fatal(err)
		}
		l.days(3, 10)
		poison := (*projections.Poison)(nil)
		if _, err := projections.ReplayStates(t.Context(), log, l.book, 0); !errors.As(err, &poison) || poison.Position != appended.First {
			t.Errorf("%s: %v, not a poison at %d", title, err, appended.First)
		}
	}
}
