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
// time each take what waits, as one batch, and bring it into the log (see passage). While a stream is
// written to by a flight, later appends to it wait for the outcome, so that only another process can
// come first unseen; the unique index then decides.
type committer struct {
	store    *Store
	book     eventstore.Book
	tail     *tail
	versions *versions

	mu      sync.Mutex
	inside  int           // appends that wait or fly
	room    chan struct{} // closed when there is room again; nil while nobody waits for it
	queue   []*pending
	busy    map[uuid.UUID]struct{} // streams that a flight writes to
	flights int
	company int // how many appends the last batch was, or waited when it was answered
	goal    int // how many have to wait before a flight that gathers them is told; 0 while none does
	pace    pace
	end     end                                // after the last batch of this process
	last    *passage                           // the batch that departed last, until it has settled
	links   []*link                            // that no flight uses
	leaf    *leaf                              // that is written to; nil until it is looked for
	sets    map[eventstore.Position]*streamSet // of full leaves, by their first positions
	closing bool
	changed sync.Cond // a flight ended, a batch came further, or as many appends wait as were to
}

// Bounds of a committer. A batch that is larger than the second two cannot be: an append is not split.
const (
	maxWaiting     = 8192
	maxBatchEvents = 4096
	maxBatchBytes  = 8 << 20
	// graceAfterCancel is how long a caller whose context has ended waits for an append under way.
	graceAfterCancel = 5 * time.Second
)

func newCommitter(s *Store, book eventstore.Book, t *tail) *committer {
	c := &committer{
		store: s, book: book, tail: t, versions: newVersions(),
		busy: map[uuid.UUID]struct{}{},
		sets: map[eventstore.Position]*streamSet{},
	}
	c.changed.L = &c.mu
	return c
}

func (c *committer) append(ctx context.Context, a eventstore.Append) (eventstore.Appended, error) {
	if err := ctx.Err(); err != nil {
		return eventstore.Appended{}, err
	}
	p := newPending(ctx, a)
	if err := c.enqueue(ctx, p); err != nil {
		p.recycle()
		return eventstore.Appended{}, err
	}
	select {
	case o := <-p.done:
		if fresh := c.tail.fresh.Load(); fresh != nil && o.err == nil {
			fresh.add(c.book, &p.Append, o.appended)
		}
		p.recycle()
		return o.appended, o.err
	case <-ctx.Done():
	}
	if c.withdraw(p) {
		p.recycle()
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

// enqueue lets an append wait, once there is room, and starts a flight if one is free.
func (c *committer) enqueue(ctx context.Context, p *pending) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.inside == maxWaiting && !c.closing {
		if c.room == nil {
			c.room = make(chan struct{})
		}
		room := c.room
		c.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
		}
		c.mu.Lock()
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	if c.closing {
		return errClosed
	}
	c.inside++
	p.queued = true
	c.queue = append(c.queue, p)
	if c.flights < c.pace.depth() {
		c.flights++
		go c.fly()
	}
	c.reachGoal()
	return nil
}

// reachGoal tells a flight that gathers appends that enough of them wait. The caller holds the mutex.
func (c *committer) reachGoal() {
	if c.goal > 0 && len(c.queue) >= c.goal {
		c.changed.Broadcast()
	}
}

// makeRoom makes room for as many appends as are done with. The caller holds the mutex.
func (c *committer) makeRoom(appends int) {
	c.inside -= appends
	if c.room != nil {
		close(c.room)
		c.room = nil
	}
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
	c.makeRoom(1)
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
		case p.look(c.versions):
			p.queued = false
			late = append(late, p)
			continue
		case full, len(batch) > 0 && (p.Epoch != batch[0].Epoch || events+p.events > maxBatchEvents || bytes+p.size() > maxBatchBytes):
			full = true // nobody overtakes on the same streams
			stay = append(stay, p)
			continue
		}
		p.queued = false
		batch = append(batch, p)
		events, bytes = events+p.events, bytes+p.size()
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

// refuseLate answers appends that came too late.
func (c *committer) refuseLate(late []*pending) {
	if len(late) == 0 {
		return
	}
	c.mu.Lock()
	c.makeRoom(len(late))
	c.mu.Unlock()
	for _, p := range late {
		o := outcome{err: eventstore.ErrConflict}
		for i := range p.Streams {
			if p.known[i] > p.Streams[i].Expected {
				o.err = conflict(&p.Streams[i], p.known[i])
			}
		}
		p.done <- o
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
	c.makeRoom(len(batch))
	c.mu.Unlock()
	for _, p := range batch {
		p.done <- answer(p)
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
	c.reachGoal()
}

// close waits until nothing flies or waits, and gives the connections back.
func (c *committer) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closing = true
	c.changed.Broadcast()
	for c.flights > 0 {
		c.changed.Wait()
	}
	for _, l := range c.links {
		l.close()
	}
}
