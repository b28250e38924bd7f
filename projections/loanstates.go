package projections

import (
	"context"
	"fmt"
	"strings"

	"loanledger/eventstore"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// loanStates is the loans of a book as far as the log has been projected. It remembers them within a
// bound of bytes; what it has forgotten is folded from the log again, up to the version that is asked
// for and no further.
type loanStates struct {
	log  eventstore.Log
	book eventstore.Book
	// The younger of two generations is filled; when it is full, it becomes the older one, and what
	// was not asked for since is dropped.
	young, older map[uuid.UUID]*loanAt
	bytes, limit int // of the younger generation
}

// readers is how many streams are read at a time where many are needed.
const readers = 4

func newLoanStates(log eventstore.Log, book eventstore.Book, limit int) *loanStates {
	return &loanStates{log: log, book: book, young: map[uuid.UUID]*loanAt{}, limit: limit / 2}
}

// put remembers a loan.
func (c *loanStates) put(id uuid.UUID, l *loanAt) {
	if c.bytes > c.limit {
		c.young, c.older, c.bytes = make(map[uuid.UUID]*loanAt, len(c.young)), c.young, 0
	}
	if _, there := c.young[id]; !there {
		c.bytes += l.state.Size()
	}
	c.young[id] = l
}

// remembered is the loan at a version, or nil.
func (c *loanStates) remembered(id uuid.UUID, version eventstore.Version) *loanAt {
	if l, ok := c.young[id]; ok && l.version == version {
		return l
	}
	if l, ok := c.older[id]; ok && l.version == version {
		c.put(id, l)
		return l
	}
	return nil
}

// at is a loan at a version; at version 0 there is none yet.
func (c *loanStates) at(ctx context.Context, id uuid.UUID, version eventstore.Version) (*loanAt, error) {
	if version == 0 {
		return &loanAt{}, nil
	}
	if l := c.remembered(id, version); l != nil {
		return l, nil
	}
	l, err := c.read(ctx, id, version)
	if err == nil {
		c.put(id, l)
	}
	return l, err
}

// wanted is a loan at a version.
type wanted struct {
	id      uuid.UUID
	version eventstore.Version
}

// all is many loans, in the order in which they are asked for.
func (c *loanStates) all(ctx context.Context, want []wanted) ([]*loanAt, error) {
	loans := make([]*loanAt, len(want))
	var missing []int
	for i, w := range want {
		if loans[i] = c.remembered(w.id, w.version); loans[i] == nil {
			missing = append(missing, i)
		}
	}
	group, inGroup := errgroup.WithContext(ctx)
	group.SetLimit(readers)
	for _, i := range missing {
		group.Go(func() (err error) {
			loans[i], err = c.read(inGroup, want[i].id, want[i].version)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, i := range missing {
		c.put(want[i].id, loans[i])
	}
	return loans, nil
}

// read folds a loan from the log.
func (c *loanStates) read(ctx context.Context, id uuid.UUID, version eventstore.Version) (l *loanAt, err error) {
	events, err := c.log.ReadStream(ctx, c.book, id, 0)
	if err != nil {
		return nil, err
	}
	if len(events) < int(version) {
		return nil, fmt.Errorf("loan %s of book %d: version %d is not in the log", id, c.book, version)
	}
	at := eventstore.Position(0)
	defer func() {
		if r := recover(); r != nil {
			err = &Poison{c.book, at, fmt.Errorf("loan %s: %v", id, r)}
		}
	}()
	decoded, err := decode(events[:version])
	if err != nil {
		return nil, err
	}
	l = &loanAt{}
	for i := range decoded {
		at = decoded[i].Position
		if l, err = l.after(&decoded[i].Event, decoded[i].fact); err != nil {
			return nil, &Poison{c.book, at, err}
		}
	}
	return l, nil
}

// isLoan reports whether an event is one of a loan.
func isLoan(e *eventstore.Event) bool { return strings.HasPrefix(e.Type, "loan.") }
