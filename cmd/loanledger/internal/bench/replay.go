package bench

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"time"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

func replayContests(r *rig, ctx context.Context) ([]contest, error) {
	p, err := r.grownLoans(ctx)
	if err != nil {
		return nil, err
	}
	query := fmt.Sprintf(`SELECT %s FROM ledger.events WHERE book = %d ORDER BY position`, eventColumns, p.book)
	return []contest{{
		clients: 1, unit: "events", baseline: "copy_to",
		limit: "this process: decoding JSON, on all cores that Postgres leaves",
		ours: func(ctx context.Context) (stretch, error) {
			return passes(r.perRound(), func() (int64, time.Duration, error) {
				began := time.Now()
				n, err := r.replay(ctx, p.book)
				return n, time.Since(began), err
			})
		},
		bare: func(ctx context.Context) (stretch, error) {
			return passes(r.perRound(), func() (int64, time.Duration, error) {
				began := time.Now()
				n, err := r.copyTo(ctx, io.Discard, query)
				return n, time.Since(began), err
			})
		},
	}}, nil
}

// eventsAtOnce is how many events one reading of the log brings.
const eventsAtOnce = 2000

// decoded is some events of the log as facts.
type decoded struct {
	events []eventstore.Event
	facts  []fact.Fact
	err    error
}

// replay reads a book from its beginning, decodes every event, and folds it into the state of its
// stream. The log is read and decoded ahead of the folding.
func (r *rig) replay(ctx context.Context, number eventstore.Book) (events int64, err error) {
	group, ctx := errgroup.WithContext(ctx)
	ahead := make(chan chan decoded, runtime.GOMAXPROCS(0)+1)
	group.Go(func() error {
		defer close(ahead)
		return r.readAhead(ctx, number, ahead)
	})
	group.Go(func() error {
		states := newStates()
		for soon := range ahead {
			d := <-soon
			if d.err != nil {
				return d.err
			}
			for i := range d.events {
				states.fold(&d.events[i], d.facts[i])
			}
			events += int64(len(d.events))
		}
		return nil
	})
	return events, group.Wait()
}

func (r *rig) readAhead(ctx context.Context, number eventstore.Book, ahead chan<- chan decoded) error {
	for after := eventstore.Position(0); ; {
		events, err := r.store.ReadBook(ctx, number, after, eventsAtOnce)
		if err != nil || len(events) == 0 {
			return err
		}
		after = events[len(events)-1].Position
		soon := make(chan decoded, 1)
		select {
		case ahead <- soon:
		case <-ctx.Done():
			return ctx.Err()
		}
		go func() { soon <- decode(events) }()
	}
}

func decode(events []eventstore.Event) decoded {
	d := decoded{events: events, facts: make([]fact.Fact, len(events))}
	for i := range events {
		if d.facts[i], d.err = projections.Decode(events[i]); d.err != nil {
			return d
		}
	}
	return d
}

// states is every stream of a book, folded.
type states struct {
	loans     map[uuid.UUID]*loan.State
	borrowers map[uuid.UUID]*borrower.State
	book      book.State
}

func newStates() *states {
	return &states{loans: map[uuid.UUID]*loan.State{}, borrowers: map[uuid.UUID]*borrower.State{}}
}

func (s *states) fold(e *eventstore.Event, f fact.Fact) {
	family, _, _ := strings.Cut(e.Type, ".")
	switch family {
	case "loan":
		foldInto(s.loans, e.Stream, f, loan.State.Fold)
	case "borrower":
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
