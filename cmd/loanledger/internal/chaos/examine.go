package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

// examination is a look at everything that a round has left, from nobody's caches.
type examination struct {
	*round
	pool   *pgxpool.Pool
	store  *pgstore.Store
	events map[eventstore.Book][]eventstore.Event
	// commands is the events by the commands that they came from, in the order of the log.
	commands map[uuid.UUID][]eventstore.Event

	check string // that is being made
	wrong []Violation
	more  int // found beyond those
}

// checks is every check, in order; the first one reads the log for the others. A check answers how
// much it has looked at; what is wrong it tells the examination.
var checks = []struct {
	name string
	do   func(*examination, context.Context) (int64, error)
}{
	{"positions and versions without gaps, times in order", (*examination).theLog},
	{"acknowledged is there, as it was answered", (*examination).acknowledged},
	{"refused is not there", (*examination).refusals},
	{"every command whole, and given by somebody", (*examination).whole},
	{"decided on what was there", (*examination).decisions},
	{"one stream linearizable", (*examination).linearizable},
	{"batches chained over the bytes", (*examination).batches},
	{"tree and checkpoints over the bytes", (*examination).tree},
	{"followers saw the log", (*examination).followers},
	{"cursor moved with what was written", (*examination).cursor},
	{"stream LEDGER has every position once", (*examination).stream},
	{"published checkpoints are those signed", (*examination).published},
	{"tables equal to a replay, debits to credits", (*examination).tables},
	{"all was answered, repeated alike, and came to rest", (*examination).played},
}

// mostTold is how many violations of one check are told.
const mostTold = 10

// examine makes every check, and answers what is wrong. A test may have only some made, by the
// beginnings of their names, beside the one that reads the log.
func (r *round) examine(ctx context.Context, only ...string) ([]Violation, error) {
	r.tell("checking")
	pool, err := pgxpool.New(ctx, r.database.url())
	if err != nil {
		return nil, err
	}
	defer pool.Close()
	store := pgstore.New(pool, time.Now)
	defer store.Close()
	x := &examination{
		round: r, pool: pool, store: store,
		events: map[eventstore.Book][]eventstore.Event{}, commands: map[uuid.UUID][]eventstore.Event{},
	}
	for i, c := range checks {
		if i > 0 && len(only) > 0 && !slices.ContainsFunc(only, func(name string) bool { return strings.HasPrefix(c.name, name) }) {
			continue
		}
		before := len(x.wrong)
		x.check, x.more = c.name, 0
		count, err := c.do(x, ctx)
		if err != nil {
			return x.wrong, fmt.Errorf("%s: %w", c.name, err)
		}
		if x.more > 0 {
			x.wrong = append(x.wrong, Violation{r.nr, c.name, fmt.Sprintf("and %d more", x.more)})
		}
		r.report.Checks++
		if len(x.wrong) == before {
			r.pass(c.name, count)
		}
	}
	return x.wrong, nil
}

// pass adds a check that found nothing to the report.
func (r *round) pass(name string, count int64) {
	for i := range r.report.Passed {
		if p := &r.report.Passed[i]; p.Check == name {
			p.Count += count
			return
		}
	}
	r.report.Passed = append(r.report.Passed, Passed{name, count})
}

// violated takes note of something wrong.
func (x *examination) violated(format string, args ...any) {
	told := 0
	for i := range x.wrong {
		if x.wrong[i].Check == x.check {
			told++
		}
	}
	if told >= mostTold {
		x.more++
		return
	}
	x.wrong = append(x.wrong, Violation{x.nr, x.check, oneLine(format, args...)})
}

// theLog reads the books.
func (x *examination) theLog(ctx context.Context) (int64, error) {
	total := 0
	for _, b := range x.books {
		head, err := x.store.Head(ctx, b.Book)
		if err != nil {
			return 0, err
		}
		events, err := x.readBook(ctx, b.Book)
		if err != nil {
			return 0, err
		}
		x.inOrder(b.Book, events)
		if last := lastOf(events); last != head.Position {
			x.violated("book %d ends at %d, and its last batch at %d", b.Book, last, head.Position)
		}
		x.events[b.Book] = events
		for i := range events {
			x.commands[events[i].Command] = append(x.commands[events[i].Command], events[i])
		}
		total += len(events)
	}
	x.report.Events += int64(total)
	return int64(total), nil
}

func (x *examination) readBook(ctx context.Context, b eventstore.Book) (events []eventstore.Event, err error) {
	for after := eventstore.Position(0); ; after = lastOf(events) {
		more, err := x.store.ReadBook(ctx, b, after, 1000)
		if err != nil && !errors.Is(err, eventstore.ErrGap) {
			return nil, err
		}
		if len(more) == 0 {
			return events, nil
		}
		events = append(events, more...)
	}
}

func lastOf(events []eventstore.Event) eventstore.Position {
	if len(events) == 0 {
		return 0
	}
	return events[len(events)-1].Position
}

func (x *examination) inOrder(b eventstore.Book, events []eventstore.Event) {
	versions := map[uuid.UUID]eventstore.Version{}
	last := eventstore.Position(0)
	recorded := time.Time{}
	for i := range events {
		e := &events[i]
		if e.Position != last+1 {
			x.violated("book %d: position %d follows %d", b, e.Position, last)
		}
		if versions[e.Stream]++; e.Version != versions[e.Stream] {
			x.violated("book %d, position %d: version %d of %s, where %d is due", b, e.Position, e.Version, e.Stream, versions[e.Stream])
			versions[e.Stream] = e.Version
		}
		if e.RecordedAt.Before(recorded) {
			x.violated("book %d, position %d: recorded at %s, before its predecessor", b, e.Position, e.RecordedAt)
		}
		last, recorded = e.Position, e.RecordedAt
	}
}

// played is what was found while the round was played.
func (x *examination) played(context.Context) (int64, error) {
	n := x.journal.counts()
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, v := range x.found {
		x.violated("%s: %s", v.Check, v.Detail)
	}
	return int64(n.acknowledged + n.refused + n.unknown + n.lost), x.journal.err
}
