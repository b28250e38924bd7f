package pgstore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"loanledger/eventstore"
)

// fly commits batches until nothing waits that could be taken.
func (c *committer) fly() {
	var b batchBuffers
	last := 0
	for {
		c.mu.Lock()
		if c.flights > c.pace.depth() { // what waits is another flight's
			c.land()
			c.mu.Unlock()
			return
		}
		c.gather(last)
		batch, late := c.take()
		if len(batch) == 0 && len(late) == 0 {
			c.land()
			c.mu.Unlock()
			return
		}
		by := way{solo: true}
		if len(batch) > 0 && c.pace.measures() {
			by = way{measured: true}
		}
		c.mu.Unlock()
		c.refuseLate(late)
		if last = len(batch); last > 0 {
			c.commit(&b, batch, by)
		}
	}
}

// gather waits for company after a batch of last appends: until as many are there as were answered
// with it or waited then, or for as long as that is worth. The others get the processor meanwhile: a
// timer would be late by more than the wait. The caller holds the mutex.
func (c *committer) gather(last int) {
	wait := c.pace.linger(last)
	if wait == 0 {
		return
	}
	for began := time.Now(); len(c.queue) < c.company && time.Since(began) < wait; {
		c.mu.Unlock()
		runtime.Gosched()
		c.mu.Lock()
	}
}

// land ends a flight. The caller holds the mutex.
func (c *committer) land() {
	c.flights--
	c.ended.Broadcast()
}

// way is how a batch is sent; the zero value is the general way.
type way struct {
	measured bool
	solo     bool // behind a known end, if there is one
	beyond   bool // it goes beyond the end of the leaf
}

// sendTries bounds how often a batch is sent. Each time that it is not added something is learned from
// it, so that a few times are enough.
const sendTries = 100

// commit answers every append of a batch, or puts it back in the queue.
func (c *committer) commit(b *batchBuffers, batch []*pending, by way) {
	doubt := false // about versions: look all of them up
	until := time.Now().Add(connectFor)
	for tries := 1; len(batch) > 0; tries++ {
		if tries > sendTries {
			c.refuse(batch, fmt.Errorf("append to book %d: no way in after %d tries: %w", c.book, sendTries, eventstore.ErrBusy))
			return
		}
		l, err := c.open(until)
		if err != nil {
			c.refuse(batch, fmt.Errorf("append to book %d: %w", c.book, err))
			return
		}
		at, err := c.stand(l)
		ready := batch
		if err == nil {
			ready, err = c.checkVersions(l, at, batch, doubt)
		}
		if err != nil {
			if errors.Is(err, errBroken) && time.Now().Before(until) {
				continue // nothing was sent that could have stayed
			}
			c.refuse(batch, fmt.Errorf("append to book %d: %w", c.book, err))
			return
		}
		if batch = ready; len(batch) == 0 {
			return
		}
		where, added, err := c.send(b, l, at, batch, by)
		by = way{}
		var refusal *pgconn.PgError
		switch {
		case errors.Is(err, errNotNow): // nothing was sent: the general way, or the leaf that there is now
		case errors.Is(err, errBroken):
			c.findOut(b, l, at, batch, err)
			return
		case errors.As(err, &refusal) && (refusal.Code == "23505" || refusal.Code == "40P01"):
			doubt = true // another process came first
			c.notAlone()
		case moved(err):
			c.leave(at)
		case err != nil && len(batch) > 1:
			c.commitSingly(b, batch)
			return
		case err != nil:
			c.refuse(batch, fmt.Errorf("append to book %d: %w", c.book, err))
			return
		case added:
			c.landed(at, batch, where)
			return
		default:
			doubt = true // if it is neither the leaf nor the era, it is a guard
			batch, by = c.checkHead(l, at, batch)
		}
	}
}

// errNotNow: a batch cannot go the way that was meant for it.
var errNotNow = errors.New("not this way now")

// send is the exchange that commits a batch to a leaf. Both statements of the general way are one
// transaction, which the end of the exchange commits. A measured one is split, to see what the commit costs.
func (c *committer) send(b *batchBuffers, l *link, at *leaf, batch []*pending, by way) (where place, added bool, err error) {
	if by.solo {
		return c.sendSolo(b, l, at, batch)
	}
	calls := []call{{statement: lockStatement}, b.call(c.book, batch, c.store.now(), by.beyond)}
	if by.measured {
		return c.sendMeasured(l, at, batch, calls)
	}
	l.sending.Lock()
	_, _, err = l.ask(len(calls), func() error {
		if l.leaf.Load() != at {
			return errNotNow
		}
		c.sending(nil)
		l.send(calls)
		return nil
	}, func(answers [][][][]byte, err error) {
		if err == nil {
			where, added = decodePlace(answers[1])
		}
		c.answered(batch, where, added)
	})
	return where, added, err
}

func (c *committer) sendMeasured(l *link, at *leaf, batch []*pending, calls []call) (where place, added bool, err error) {
	err = l.alone(func(exchange func(...call) ([][][][]byte, error)) error {
		if l.leaf.Load() != at {
			return errNotNow
		}
		c.sending(nil)
		defer func() { c.answered(batch, where, added) }()
		start := time.Now()
		if _, err := exchange(call{statement: beginStatement}); err != nil {
			return err
		}
		roundTrip := time.Since(start)
		answers, err := exchange(calls...)
		if err != nil {
			return err
		}
		start = time.Now()
		if _, err := exchange(call{statement: commitStatement}); err != nil {
			return err
		}
		took := time.Since(start)
		c.mu.Lock()
		c.pace.measured(roundTrip, took)
		c.mu.Unlock()
		where, added = decodePlace(answers[1])
		return nil
	})
	return where, added, err
}

// sending takes note that a batch is sent, and of where the book will end with it, if that is known.
func (c *committer) sending(tip *end) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent++
	c.tip = tip
}

// answered takes note of what became of a batch that was sent, before any that was sent later.
func (c *committer) answered(batch []*pending, where place, added bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sent--
	if !added {
		c.tip = nil // what was sent behind it comes to nothing too
		return
	}
	c.end.follow(batch, where)
}

// landed answers the appends of a batch that is in the log.
func (c *committer) landed(in *leaf, batch []*pending, where place) {
	at, events := where.first, 0
	for _, p := range batch {
		events += p.events
		for i := range p.Streams {
			s := &p.Streams[i]
			c.versions.note(in.entered, s.Stream, s.Expected+eventstore.Version(len(s.Events)))
		}
	}
	c.reach(in, at+eventstore.Position(events)-1)
	c.finish(batch, func(p *pending) outcome {
		first := at
		at += eventstore.Position(p.events)
		return outcome{appended: eventstore.Appended{First: first, Last: at - 1, RecordedAt: where.recordedAt}}
	})
	c.store.advance(c.book, at-1)
	c.store.notes.tell(c.book, at-1)
	c.mu.Lock()
	c.pace.landed(events, time.Now())
	c.mu.Unlock()
}

// refuse answers appends with an error.
func (c *committer) refuse(batch []*pending, err error) {
	c.finish(batch, func(*pending) outcome { return outcome{err: err} })
}

// commitSingly gives each append of a batch that the database would not take a transaction of its
// own, so that only the ones at fault fail.
func (c *committer) commitSingly(b *batchBuffers, batch []*pending) {
	for i := range batch {
		c.commit(b, batch[i:i+1], way{})
	}
}

// open answers the link that all flights use, with a new one in place of a broken one.
func (c *committer) open(until time.Time) (*link, error) {
	c.opening.Lock()
	defer c.opening.Unlock()
	c.mu.Lock()
	l := c.link
	c.mu.Unlock()
	if l != nil && !l.broken.Load() {
		return l, nil
	}
	l, err := c.connect(until)
	if err == nil {
		c.mu.Lock()
		c.link = l
		c.mu.Unlock()
	}
	return l, err
}

// connectFor is how long to try to connect before appends are refused.
const connectFor = 10 * time.Second

// connect opens a link, trying again until a time: the server may be starting anew.
func (c *committer) connect(until time.Time) (*link, error) {
	ctx, cancel := context.WithDeadline(context.Background(), until)
	defer cancel()
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		l, err := dial(ctx, c.store.connConfig(), committerStatements(c.book))
		if err == nil {
			return l, nil
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, err
		}
	}
}
