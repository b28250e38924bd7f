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
	var l *link
	last := 0
	for {
		c.mu.Lock()
		if c.flights > c.pace.depth() { // what waits is another flight's
			c.land(l)
			c.mu.Unlock()
			return
		}
		c.gather(last)
		batch, late := c.take()
		if len(batch) == 0 && len(late) == 0 {
			c.land(l)
			c.mu.Unlock()
			return
		}
		if l == nil && len(batch) > 0 && len(c.idle) > 0 {
			l, c.idle = c.idle[len(c.idle)-1], c.idle[:len(c.idle)-1]
		}
		by := c.way(batch)
		c.mu.Unlock()
		c.refuseLate(late)
		if last = len(batch); last > 0 {
			l = c.commit(l, batch, by)
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
func (c *committer) land(l *link) {
	c.flights--
	if l != nil && !l.broken {
		c.idle = append(c.idle, l)
	}
	c.ended.Broadcast()
}

// way is how a batch is sent the first time; the zero value is the general way.
type way struct {
	measured bool
	behind   *end // fly alone behind this
	beyond   bool // it goes beyond the end of the leaf
}

// way chooses. The caller holds the mutex.
func (c *committer) way(batch []*pending) way {
	if len(batch) == 0 {
		return way{}
	}
	if c.pace.measures() {
		return way{measured: true}
	}
	return way{behind: c.solo(batch)}
}

// sendTries bounds how often a batch is sent. Each time that it is not added something is learned from
// it, so that a few times are enough.
const sendTries = 100

// commit answers every append of a batch, or puts it back in the queue. It answers the link to go on
// with, nil if there is none.
func (c *committer) commit(l *link, batch []*pending, by way) *link {
	doubt := false // about versions: look all of them up
	until := time.Now().Add(connectFor)
	for tries := 1; len(batch) > 0; tries++ {
		if tries > sendTries {
			c.refuse(batch, fmt.Errorf("append to book %d: no way in after %d tries: %w", c.book, sendTries, eventstore.ErrBusy))
			return l
		}
		if l == nil || l.broken {
			opened, err := c.connect(until)
			if err != nil {
				c.refuse(batch, fmt.Errorf("append to book %d: %w", c.book, err))
				return nil
			}
			l = opened
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
			return l
		}
		if batch = ready; len(batch) == 0 {
			return l
		}
		if by.behind != nil && !at.holds(by.behind.last+1, by.behind.last+eventCount(batch)) {
			by.behind = nil
		}
		where, added, err := c.send(l, batch, by)
		by = way{}
		var refusal *pgconn.PgError
		switch {
		case errors.Is(err, errBroken):
			return c.findOut(l, batch, err)
		case errors.As(err, &refusal) && (refusal.Code == "23505" || refusal.Code == "40P01"):
			doubt = true // another process came first
			c.notAlone()
		case moved(err):
			c.leave(at)
		case err != nil && len(batch) > 1:
			return c.commitSingly(l, batch)
		case err != nil:
			c.refuse(batch, fmt.Errorf("append to book %d: %w", c.book, err))
			return l
		case added:
			c.landed(l, at, batch, where)
			return l
		default:
			doubt = true // if it is neither the leaf nor the era, it is a guard
			batch, by = c.checkHead(l, at, batch)
		}
	}
	return l
}

// send is the exchange that commits a batch. Both statements are one transaction, which the end of the
// exchange commits. A measured one is split, to see what the commit costs.
func (c *committer) send(l *link, batch []*pending, by way) (at place, added bool, err error) {
	if by.behind != nil {
		return c.sendSolo(l, batch, by.behind)
	}
	began := time.Now()
	lock, insert := call{statement: lockStatement}, l.batch.call(c.book, batch, c.store.now(), by.beyond)
	l.busy = time.Since(began)
	if !by.measured {
		answers, err := l.exchange(lock, insert)
		if err != nil {
			return place{}, false, err
		}
		at, added = decodePlace(answers[1])
		return at, added, nil
	}
	start := time.Now()
	if _, err := l.exchange(call{statement: beginStatement}); err != nil {
		return place{}, false, err
	}
	roundTrip := time.Since(start)
	answers, err := l.exchange(lock, insert)
	if err != nil {
		return place{}, false, err
	}
	start = time.Now()
	if _, err := l.exchange(call{statement: commitStatement}); err != nil {
		return place{}, false, err
	}
	took := time.Since(start)
	c.mu.Lock()
	c.pace.measured(roundTrip, took)
	c.mu.Unlock()
	at, added = decodePlace(answers[1])
	return at, added, nil
}

// landed answers the appends of a batch that is in the log.
func (c *committer) landed(l *link, in *leaf, batch []*pending, where place) {
	began := time.Now()
	at, events := where.first, 0
	for _, p := range batch {
		events += p.events
		for i := range p.Streams {
			s := &p.Streams[i]
			c.versions.note(in.entered, s.Stream, s.Expected+eventstore.Version(len(s.Events)))
		}
	}
	c.mu.Lock()
	c.end.follow(batch, where, events)
	c.mu.Unlock()
	c.reach(in, at+eventstore.Position(events)-1)
	c.finish(batch, func(p *pending) outcome {
		first := at
		at += eventstore.Position(p.events)
		return outcome{appended: eventstore.Appended{First: first, Last: at - 1, RecordedAt: where.recordedAt}}
	})
	c.store.advance(c.book, at-1)
	c.store.notes.tell(c.book, at-1)
	c.mu.Lock()
	c.pace.turned(l.busy + time.Since(began))
	c.mu.Unlock()
}

// refuse answers appends with an error.
func (c *committer) refuse(batch []*pending, err error) {
	c.finish(batch, func(*pending) outcome { return outcome{err: err} })
}

// commitSingly gives each append of a batch that the database would not take a transaction of its
// own, so that only the ones at fault fail.
func (c *committer) commitSingly(l *link, batch []*pending) *link {
	for i := range batch {
		l = c.commit(l, batch[i:i+1], way{})
	}
	return l
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
