package pgstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"loanledger/eventstore"
)

// A book's events are cut by position into leaves, tables of their own under ledger.events, so that
// the indexes that are written to stay small however long the book gets, and old leaves can go to
// the archive. Appends are written to the last leaf by its name, which spares the routing; everybody
// else reads ledger.events.
//
// A unique index over all leaves would have to hold the position, and so be of no use. Each leaf has
// one of its own on stream and version. That a stream has every version once and without gaps, over
// all leaves, is kept by these together:
//
//   - A batch is written to one leaf and adds nothing unless all of its positions are in that leaf's
//     bounds. The statement looks at that under the book's lock; a batch that follows the last one
//     without the lock (see end) is refused by the bounds of the table itself.
//   - A process enters a leaf only after it has seen that the one before is full. Every event of the
//     full leaves is committed then, and there will never be more of them. It forgets what it knew of
//     streams, and what it learns counts only if the reading began afterwards (moment). So it knows
//     how far a stream has come in the full leaves: from a look-up, from its own appends to this leaf,
//     or because the stream is in none of their sets. Whoever is ahead of that has written to this
//     leaf, and its unique index refuses the second event of a version.
//   - A batch that goes beyond a leaf is written through ledger.events, and all of its streams are
//     guarded in the statement: under the book's lock, none of them may have its next version in the
//     leaf where the batch begins. The next leaf is empty. A batch without the lock that
//     comes between takes the same first position, in the same leaf, whose primary key refuses one
//     of the two.
//
// The batches are one table for all books. A row of it and its place in the index take 140 bytes, which
// is a fifth of an event where every event comes alone and a hundredth under load, and only the ends of
// the index are written to, so that it does not slow down however long it gets. It is never archived: it
// is what files are checked by.
type leaf struct {
	first, last eventstore.Position
	relation    string // its table in the schema ledger
	entered     moment
	full        atomic.Pointer[[]fullLeaf] // those before it, in order
	nextMade    atomic.Bool                // somebody has begun to make the next one
}

func (at *leaf) table() string { return "ledger." + at.relation }

// holds says whether positions are all within the leaf's bounds.
func (at *leaf) holds(first, last eventstore.Position) bool {
	return first >= at.first && last <= at.last
}

// nearlyFull says whether it is time to make the next leaf.
func (at *leaf) nearlyFull(last eventstore.Position) bool {
	return last-at.first+1 >= (at.last-at.first+1)*3/4
}

// stand answers the leaf that is written to, with the link's statements prepared for it.
func (c *committer) stand(l *link) (*leaf, error) {
	for tries := 1; ; tries++ {
		at := c.standing()
		if at == nil {
			var err error
			if at, err = c.enter(l); err != nil {
				return nil, err
			}
		}
		err := l.standAt(at, func() map[string]string { return leafStatements(c.book, at) })
		if err == nil {
			return at, nil
		}
		if !moved(err) || tries == sendTries {
			return nil, err
		}
		c.leave(at)
	}
}

// moved says whether an error is that a table is not there under its name, or has other bounds, or that
// its statements could not be prepared.
func moved(err error) bool {
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && (refusal.Code == "42P01" || refusal.Code == "23514" || refusal.Code == "26000")
}

// enter finds the leaf that the next position is in, and makes it if it is not there yet.
func (c *committer) enter(l *link) (*leaf, error) {
	for range sendTries {
		answers, err := l.exchange(call{statement: leavesStatement})
		if err != nil {
			return nil, err
		}
		if len(answers[0]) == 0 {
			return nil, eventstore.ErrUnknownBook
		}
		next := eventstore.Position(int64Of(answers[0][0][0])) + 1
		for i, row := range answers[0] {
			first, last := eventstore.Position(int64Of(row[1])), eventstore.Position(int64Of(row[2]))
			if next >= first && next <= last {
				return c.entered(&leaf{first: first, last: last, relation: string(row[3])}, answers[0][:i]), nil
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), exchangeTimeout)
		err = c.store.addLeaf(ctx, c.book, next)
		cancel()
		if err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("book %d has no leaf for its next position", c.book)
}

// entered makes a leaf the one that is written to, after the full ones, unless another flight was
// quicker to.
func (c *committer) entered(at *leaf, full [][][]byte) *leaf {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaf != nil {
		return c.leaf
	}
	at.entered = c.versions.forget()
	before := make([]fullLeaf, len(full))
	for i, row := range full {
		first := eventstore.Position(int64Of(row[1]))
		before[i] = fullLeaf{first: first, last: eventstore.Position(int64Of(row[2])), streams: c.sets[first]}
	}
	at.full.Store(&before)
	c.leaf = at
	if slices.ContainsFunc(before, func(f fullLeaf) bool { return f.streams == nil }) {
		c.store.background(func(ctx context.Context) { c.learn(ctx, at) })
	}
	return at
}

// leave lets the next batch look anew for where it is to be written.
func (c *committer) leave(at *leaf) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaf == at {
		c.leaf = nil
	}
}

// forget is for after a connection broke: the database may have been replaced by an older one.
func (c *committer) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.versions.forget()
	c.end.unbroken = 0
	if fresh := c.tail.fresh.Load(); fresh != nil {
		fresh.forget()
	}
	c.leaf, c.sets = nil, map[eventstore.Position]*streamSet{}
}

// reach takes note of how far the leaf is filled: the next one is made when it is nearly full, and
// entered when it is.
func (c *committer) reach(at *leaf, last eventstore.Position) {
	if last >= at.last {
		c.leave(at)
		return
	}
	if !at.nearlyFull(last) || !at.nextMade.CompareAndSwap(false, true) {
		return
	}
	c.store.background(func(ctx context.Context) {
		ctx, cancel := context.WithTimeout(ctx, exchangeTimeout)
		defer cancel()
		if err := c.store.addLeaf(ctx, c.book, at.last+1); err != nil && sleep(ctx, time.Second) == nil {
			at.nextMade.Store(false) // tried again after a later batch, and at the latest when it is needed
		}
	})
}

// wayOn is how a batch goes on that was to be added after a position and was not: it stays in the
// leaf, or goes beyond its end, where the next leaf is made first; or the leaf is full.
func (c *committer) wayOn(at *leaf, after eventstore.Position, batch []*pending) ([]*pending, way) {
	if !at.holds(after+1, after+1) {
		c.leave(at)
		return batch, way{}
	}
	last := after + eventCount(batch)
	if len(batch) == 0 || last <= at.last {
		return batch, way{}
	}
	ctx, cancel := context.WithTimeout(context.Background(), exchangeTimeout)
	defer cancel()
	if err := c.store.addLeaf(ctx, c.book, last); err != nil {
		c.refuse(batch, fmt.Errorf("append to book %d: %w", c.book, err))
		return nil, way{}
	}
	return batch, way{beyond: true}
}

// eventCount is how many positions a batch takes.
func eventCount(batch []*pending) (n eventstore.Position) {
	for _, p := range batch {
		n += eventstore.Position(p.events)
	}
	return n
}

// isNew says whether a stream is in none of the full leaves for sure.
func (at *leaf) isNew(stream uuid.UUID) bool { return at.since(stream) == at.first }

// since is the first position of the first leaf that a stream may be in.
func (at *leaf) since(stream uuid.UUID) eventstore.Position {
	full := *at.full.Load()
	if len(full) == 0 {
		return at.first
	}
	hash := streamHash(stream)
	for i := range full {
		if full[i].streams == nil || full[i].streams.mayHold(hash) {
			return full[i].first
		}
	}
	return at.first
}

// floor is the first position that any of the streams may be at, as far as this process knows: what is
// before it need not be looked at. Without a committer it is the beginning.
func (c *committer) floor(streams ...uuid.UUID) eventstore.Position {
	at := c.standing()
	if at == nil {
		return 1
	}
	floor := at.first
	for _, stream := range streams {
		floor = min(floor, at.since(stream))
	}
	return floor
}

// leafOf is the first position of the leaf that is written to, if a position is there or later, or else
// the beginning.
func (c *committer) leafOf(position eventstore.Position) eventstore.Position {
	if at := c.standing(); at != nil && position >= at.first {
		return at.first
	}
	return 1
}

func (c *committer) standing() *leaf {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.leaf
}
