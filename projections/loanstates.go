package projections

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"loanledger/eventstore"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// loanStates is the loans of a book as far as the log has been projected. It remembers them within a
// bound of bytes; what it has forgotten is folded from the log again, up to the version that is asked
// for and no further. It is for one goroutine, which alone brings the loans forward.
type loanStates struct {
	log  eventstore.Log
	book eventstore.Book
	// The younger of two generations is filled; when it is full, it becomes the older one, and what
	// was not asked for since is dropped.
	young, older map[uuid.UUID]*loanAt
	bytes, limit int // of the younger generation
}

func newLoanStates(log eventstore.Log, book eventstore.Book, limit int) *loanStates {
	return &loanStates{log: log, book: book, young: map[uuid.UUID]*loanAt{}, limit: limit / 2}
}

// put remembers a loan.
func (c *loanStates) put(id uuid.UUID, l *loanAt) {
	if c.bytes > c.limit {
		c.young, c.older, c.bytes = make(map[uuid.UUID]*loanAt, len(c.young)), c.young, 0
	}
	c.bytes += l.state.Size()
	c.young[id] = l
}

// remembered is the loan at a version, or nil.
func (c *loanStates) remembered(id uuid.UUID, version eventstore.Version) *loanAt {
	l, young := c.young[id]
	if !young {
		l = c.older[id]
	}
	if l == nil || l.version != version {
		return nil
	}
	if !young {
		c.put(id, l)
	}
	return l
}

// at is a loan at a version; at version 0 it is a new one.
func (c *loanStates) at(ctx context.Context, id uuid.UUID, version eventstore.Version) (*loanAt, error) {
	if version == 0 {
		l := &loanAt{}
		c.put(id, l)
		return l, nil
	}
	if l := c.remembered(id, version); l != nil {
		return l, nil
	}
	loans, err := c.fetch(ctx, []wanted{{id, version}})()
	if err != nil {
		return nil, err
	}
	return loans[0], nil
}

// wanted is a loan at a version.
type wanted struct {
	id      uuid.UUID
	version eventstore.Version
}

// loansAtOnce is how many loans are looked at together: their streams are read in one exchange.
const loansAtOnce = 512

// each does something with many loans, in the order in which they are wanted. Those that have been
// forgotten are read while the ones before them are looked at.
func (c *loanStates) each(ctx context.Context, want []wanted, look func(*loanAt) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	some := want[:min(loansAtOnce, len(want))]
	soon := c.fetch(ctx, some)
	for len(want) > 0 {
		loans, err := soon()
		if err != nil {
			return err
		}
		want = want[len(some):]
		some = want[:min(loansAtOnce, len(want))]
		soon = c.fetch(ctx, some)
		for _, l := range loans {
			if err := look(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// fetch begins to read those loans that are not remembered. What it answers waits for them, and has
// to be called before anything else is asked for.
func (c *loanStates) fetch(ctx context.Context, want []wanted) func() ([]*loanAt, error) {
	loans := make([]*loanAt, len(want))
	var missing []int
	for i, w := range want {
		if loans[i] = c.remembered(w.id, w.version); loans[i] == nil {
			missing = append(missing, i)
		}
	}
	if len(missing) == 0 {
		return func() ([]*loanAt, error) { return loans, nil }
	}
	read := make(chan error, 1)
	go func() { read <- c.read(ctx, want, missing, loans) }()
	return func() ([]*loanAt, error) {
		if err := <-read; err != nil {
			return nil, err
		}
		for _, i := range missing {
			c.put(want[i].id, loans[i])
		}
		return loans, nil
	}
}

// read folds those loans from the log that are missing. It looks at nothing that is remembered.
func (c *loanStates) read(ctx context.Context, want []wanted, missing []int, loans []*loanAt) error {
	streams := make([]uuid.UUID, len(missing))
	for n, i := range missing {
		streams[n] = want[i].id
	}
	all, err := c.log.ReadStreams(ctx, c.book, streams)
	if err != nil {
		return err
	}
	return inShares(len(missing), func(n int) (err error) {
		i := missing[n]
		loans[i], err = c.folded(want[i], all[n])
		return err
	})
}

// folded is a loan at a version, from the events of its stream.
func (c *loanStates) folded(w wanted, events []eventstore.Event) (l *loanAt, err error) {
	if len(events) < int(w.version) {
		return nil, fmt.Errorf("loan %s of book %d: version %d is not in the log", w.id, c.book, w.version)
	}
	at := eventstore.Position(0)
	defer func() {
		if r := recover(); r != nil {
			err = &Poison{c.book, at, fmt.Errorf("loan %s: %v", w.id, r)}
		}
	}()
	l = &loanAt{}
	for i := range events[:w.version] {
		at = events[i].Position
		f, err := decodeOne(events[i])
		if err != nil {
			return nil, err
		}
		if err := l.take(&events[i], f); err != nil {
			return nil, &Poison{c.book, at, err}
		}
	}
	return l, nil
}

// isLoan reports whether an event is one of a loan.
func isLoan(e *eventstore.Event) bool { return strings.HasPrefix(e.Type, "loan.") }

// inShares does something for the numbers below n, side by side where there are cores.
func inShares(n int, do func(int) error) error {
	const fewest = 16 // that are worth a goroutine
	var group errgroup.Group
	workers := min(runtime.GOMAXPROCS(0), (n+fewest-1)/fewest)
	for w := range workers {
		group.Go(func() error {
			for i := n * w / workers; i < n*(w+1)/workers; i++ {
				if err := do(i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}
