package pgstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// committer is how one process appends to one book. Appends wait in a queue; up to two flights at a
// time each take what waits, as one batch, and commit it in one exchange with the database, over one
// connection and so one after the other. While a stream is written to by a flight, later appends to it
// wait for the outcome, so that only another process can come first unseen; the unique index then decides.
type committer struct {
	store    *Store
	book     eventstore.Book
	versions *versions
	room     chan struct{} // a place for each append that waits or flies

	mu      sync.Mutex
	queue   []*pending
	busy    map[uuid.UUID]struct{} // streams that a flight writes to
	flights int
	company int // how many appends the last batch was, or waited when it was answered
	pace    pace
	end     end
	sent    int                                // batches that are sent and not answered
	tip     *end                               // the end once they are in the log; nil if that is not known
	link    *link                              // that all of them use; nil until the first
	leaf    *leaf                              // that is written to; nil until it is looked for
	sets    map[eventstore.Position]*streamSet // of full leaves, by their first positions
	closing bool
	ended   sync.Cond // a flight ended

	opening sync.Mutex // held by who opens the link
}

// Bounds of a committer. A batch that is larger than the second two cannot be: an append is not split.
const (
	maxWaiting     = 8192
	maxBatchEvents = 4096
	maxBatchBytes  = 8 << 20
	// graceAfterCancel is how long a caller whose context has ended waits for an append under way.
	graceAfterCancel = 5 * time.Second
)

// pending is an append on its way.
type pending struct {
	eventstore.Append
	ctx    context.Context
	events int
	bytes  int
	queued bool         // it waits; guarded by the committer's mutex
	done   chan outcome // gets one outcome, unless the append is withdrawn
}

type outcome struct {
	appended eventstore.Appended
	err      error
}

func newCommitter(s *Store, book eventstore.Book) *committer {
	c := &committer{
		store: s, book: book, versions: newVersions(),
		room: make(chan struct{}, maxWaiting), busy: map[uuid.UUID]struct{}{},
		sets: map[eventstore.Position]*streamSet{},
	}
	c.ended.L = &c.mu
	return c
}

func (c *committer) append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	if err := ctx.Err(); err != nil {
		return eventstore.Appended{}, err
	}
	select {
	case c.room <- struct{}{}:
	case <-ctx.Done():
		return eventstore.Appended{}, ctx.Err()
	}
	p := &pending{Append: a, ctx: ctx, events: a.EventCount(), bytes: size(a), done: make(chan outcome, 1)}
	if err := c.enqueue(p); err != nil {
		<-c.room
		return eventstore.Appended{}, err
	}
	select {
	case o := <-p.done:
		return o.appended, o.err
	case <-ctx.Done():
	}
	if c.withdraw(p) {
		return eventstore.Appended{}, ctx.Err()
	}
	grace := time.NewTimer(graceAfterCancel)
	defer grace.Stop()
	select {
	case o := <-p.done:
		return o.appended, o.err
	case <-grace.C:
		return eventstore.Appended{}, fmt.Errorf("append of command %s: %w: %w", a.Command, eventstore.ErrOutcomeUnknown, ctx.Err())
	}
}

// enqueue lets an append wait, and starts a flight if one is free.
func (c *committer) enqueue(p *pending) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return errClosed
	}
	p.queued = true
	c.queue = append(c.queue, p)
	if c.flights < c.pace.depth() {
		c.flights++
		go c.fly()
	}
	return nil
}

// withdraw takes an append back that no flight has taken.
func (c *committer) withdraw(p *pending) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !p.queued {
		return false
	}
	for i := range c.queue {
		if c.queue[i] == p {
			c.queue = append(c.queue[:i], c.queue[i+1:]...)
			break
		}
	}
	p.queued = false
	<-c.room
	return true
}

// take makes a batch of what waits: appends of one era, no stream written to twice. What is known to
// come too late is answered apart, and what has to wait longer stays, in its order. The caller holds
// the mutex.
func (c *committer) take() (batch, late []*pending) {
	events, bytes, full := 0, 0, false
	stay := c.queue[:0]
	for _, p := range c.queue {
		switch {
		case c.waitsForFlight(p):
			stay = append(stay, p)
			continue
		case c.isLate(p):
			p.queued = false
			late = append(late, p)
			continue
		case full, len(batch) > 0 && (p.Epoch != batch[0].Epoch || events+p.events > maxBatchEvents || bytes+p.bytes > maxBatchBytes):
			full = true // nobody overtakes on the same streams
			stay = append(stay, p)
			continue
		}
		p.queued = false
		batch = append(batch, p)
		events, bytes = events+p.events, bytes+p.bytes
		for i := range p.Streams {
			if len(p.Streams[i].Events) > 0 {
				c.busy[p.Streams[i].Stream] = struct{}{}
			}
		}
		full = p.NextEpoch != 0 // what comes after it is of another era
	}
	clear(c.queue[len(stay):])
	c.queue = stay
	return batch, late
}

// isLate says whether a stream of the append is known to have moved on.
func (c *committer) isLate(p *pending) bool {
	for i := range p.Streams {
		if c.versions.of(p.Streams[i].Stream) > p.Streams[i].Expected {
			return true
		}
	}
	return false
}

// refuseLate answers appends that came too late.
func (c *committer) refuseLate(late []*pending) {
	for _, p := range late {
		o := outcome{err: eventstore.ErrConflict}
		for i := range p.Streams {
			if known := c.versions.of(p.Streams[i].Stream); known > p.Streams[i].Expected {
				o.err = conflict(&p.Streams[i], known)
			}
		}
		p.done <- o
		<-c.room
	}
}

// waitsForFlight says whether the append names a stream whose version is just being decided.
func (c *committer) waitsForFlight(p *pending) bool {
	for i := range p.Streams {
		if _, ok := c.busy[p.Streams[i].Stream]; ok {
			return true
		}
	}
	return false
}

// finish answers appends of a flight, and lets those that wait for their streams go on.
func (c *committer) finish(batch []*pending, answer func(*pending) outcome) {
	c.mu.Lock()
	for _, p := range batch {
		c.release(p)
	}
	c.company = len(batch) + len(c.queue)
	c.mu.Unlock()
	for _, p := range batch {
		p.done <- answer(p)
		<-c.room
	}
}

// release makes an append's streams free again. The caller holds the mutex.
func (c *committer) release(p *pending) {
	for i := range p.Streams {
		if len(p.Streams[i].Events) > 0 {
			delete(c.busy, p.Streams[i].Stream)
		}
	}
}

// requeue puts appends that certainly did not happen back in front of the queue.
func (c *committer) requeue(batch []*pending) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range batch {
		c.release(p)
		p.queued = true
	}
	c.queue = append(append(make([]*pending, 0, len(batch)+len(c.queue)), batch...), c.queue...)
}

// close waits until nothing flies or waits, and gives the connections back.
func (c *committer) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing = true
	for c.flights > 0 {
		c.ended.Wait()
	}
	if c.link != nil {
		c.link.close()
	}
}

// size is about how many bytes an append takes on the way to the database.
func size(a eventstore.Append) int {
	n := 0
	for i := range a.Streams {
		for j := range a.Streams[i].Events {
			n += 160 + len(a.Streams[i].Events[j].Data) + len(a.Streams[i].Events[j].Personal)
		}
	}
	return n
}
