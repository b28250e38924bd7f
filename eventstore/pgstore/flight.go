package pgstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"loanledger/eventstore"
)

// flight is one goroutine that brings batches into the log, one after the other, over a link of its own.
type flight struct {
	*committer
	link    *link // nil until it is needed
	buffers batchBuffers
}

// fly commits batches until nothing waits that could be taken.
func (c *committer) fly() {
	f := &flight{committer: c}
	last := 0
	for {
		c.mu.Lock()
		if c.flights > c.pace.depth() { // what waits is another flight's
			f.land()
			c.mu.Unlock()
			return
		}
		c.gather(last)
		batch, late := c.take()
		if len(batch) == 0 && len(late) == 0 {
			f.land()
			c.mu.Unlock()
			return
		}
		by := way{blindly: true}
		if len(batch) > 0 && c.pace.measures() {
			by = way{measured: true}
		}
		c.mu.Unlock()
		c.refuseLate(late)
		if last = len(batch); last > 0 {
			f.commit(batch, by)
		}
	}
}

// land ends a flight. The caller holds the mutex.
func (f *flight) land() {
	if f.link != nil {
		f.links = append(f.links, f.link)
	}
	f.flights--
	f.changed.Broadcast()
}

// way is how a batch may be sent; the zero value is the general way.
type way struct {
	blindly  bool // behind a known end, if there is one
	measured bool
	beyond   bool // it goes beyond the end of the leaf
	claimed  bool // those who go blindly are held back
}

// sendTries bounds how often a batch is sent. Each time that it is not added something is learned from
// it, so that a few times are enough.
const sendTries = 100

// commit answers every append of a batch, or puts it back in the queue.
func (f *flight) commit(batch []*pending, by way) {
	c := f.committer
	doubt := false // about versions: look all of them up
	until := time.Now().Add(connectFor)
	for tries := 1; len(batch) > 0; tries++ {
		if tries > sendTries {
			c.refuse(batch, fmt.Errorf("append to book %d: no way in after %d tries: %w", c.book, sendTries, eventstore.ErrBusy))
			return
		}
		l, err := f.open(until)
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
		where, added, err := f.send(l, at, batch, by)
		blindly := by.blindly
		by = way{}
		var refusal *pgconn.PgError
		switch {
		case errors.Is(err, errTakenBack): // it goes by itself now
		case errors.Is(err, errBroken):
			f.findOut(l, at, batch, err)
			return
		case errors.As(err, &refusal) && (refusal.Code == "23505" || refusal.Code == "40P01"):
			doubt = true // another process came first
			by.claimed = !blindly
			c.notAlone()
		case errors.As(err, &refusal) && refusal.Code == "23502" && blindly: // a guard, or somebody's claim
			doubt = true
			c.notAlone()
		case moved(err):
			c.leave(at)
		case err != nil && len(batch) > 1:
			f.commitSingly(batch)
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

// errTakenBack: a staged batch was taken back, because the one before it is not in the log.
var errTakenBack = errors.New("the batch before it is not in the log")

// send brings a batch to a leaf, and takes note of what became of it.
func (f *flight) send(l *link, at *leaf, batch []*pending, by way) (where place, added bool, err error) {
	c, b := f.committer, &f.buffers
	p := c.depart(l, at, batch, by)
	defer func() { c.settle(p, batch, where, added) }()
	if p.course != general {
		return f.sendBehind(p, batch)
	}
	calls := []call{{statement: lockStatement}, b.call(c.book, batch, c.store.now(), by.beyond)}
	if by.claimed {
		calls = append([]call{{statement: claimStatement}}, calls...)
	}
	var answers [][][][]byte
	if by.measured {
		answers, err = f.exchangeMeasured(l, calls)
	} else {
		answers, err = l.exchange(calls...)
	}
	if err == nil {
		where, added = decodePlace(answers[len(answers)-1])
	}
	return where, added, err
}

// exchangeMeasured is an exchange in three parts, to see what the commit costs.
func (f *flight) exchangeMeasured(l *link, calls []call) (answers [][][][]byte, err error) {
	err = l.transact(func(exchange func(...call) ([][][][]byte, error)) error {
		start := time.Now()
		if _, err := exchange(call{statement: beginStatement}); err != nil {
			return err
		}
		roundTrip := time.Since(start)
		if answers, err = exchange(calls...); err != nil {
			return err
		}
		start = time.Now()
		if _, err := exchange(call{statement: commitStatement}); err != nil {
			return err
		}
		took := time.Since(start)
		f.mu.Lock()
		f.pace.measured(roundTrip, took)
		f.mu.Unlock()
		return nil
	})
	return answers, err
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
	c.tail.advance(at - 1)
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
func (f *flight) commitSingly(batch []*pending) {
	for i := range batch {
		f.commit(batch[i:i+1], way{})
	}
}

// open answers the flight's link, with another one in place of a broken one.
func (f *flight) open(until time.Time) (*link, error) {
	lost := f.link != nil && f.link.broken.Load()
	f.mu.Lock()
	for (f.link == nil || f.link.broken.Load()) && len(f.links) > 0 {
		last := len(f.links) - 1
		f.link, f.links = f.links[last], f.links[:last]
		lost = lost || f.link.broken.Load()
	}
	f.mu.Unlock()
	if lost {
		f.forget()
	}
	if f.link != nil && !f.link.broken.Load() {
		return f.link, nil
	}
	l, err := f.connect(until)
	f.link = l
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
