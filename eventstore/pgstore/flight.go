package pgstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"loanledger/eventstore"
)

// fly commits batches until nothing waits that could be taken.
func (c *committer) fly() {
	var l *link
	last := 0
	for {
		c.mu.Lock()
		if wait := c.pace.linger(last, len(c.queue)); wait > 0 && len(c.queue) > 0 {
			c.mu.Unlock()
			time.Sleep(wait)
			c.mu.Lock()
		}
		batch, late := c.take()
		if len(batch) == 0 && len(late) == 0 {
			c.land(l)
			c.mu.Unlock()
			return
		}
		if l == nil && len(batch) > 0 && len(c.idle) > 0 {
			l, c.idle = c.idle[len(c.idle)-1], c.idle[:len(c.idle)-1]
		}
		measure := len(batch) > 0 && c.pace.measures()
		c.mu.Unlock()
		c.refuseLate(late)
		if last = len(batch); last > 0 {
			l = c.commit(l, batch, measure)
		}
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

// commit answers every append of a batch, or puts it back in the queue. It answers the link to go on
// with, nil if there is none.
func (c *committer) commit(l *link, batch []*pending, measure bool) *link {
	doubt := false // about versions: look all of them up
	for breaks := 0; len(batch) > 0; {
		if l == nil || l.broken {
			opened, err := c.connect(time.Now().Add(connectFor))
			if err != nil {
				c.refuse(batch, fmt.Errorf("append to book %d: %w", c.book, err))
				return nil
			}
			l = opened
		}
		ready, err := c.checkVersions(l, batch, doubt)
		if err != nil {
			if breaks++; errors.Is(err, errBroken) && breaks < 5 {
				continue // nothing was sent that could have stayed
			}
			c.refuse(batch, fmt.Errorf("append to book %d: %w", c.book, err))
			return l
		}
		if batch = ready; len(batch) == 0 {
			return l
		}
		answer, err := c.send(l, batch, measure)
		measure = false
		var refusal *pgconn.PgError
		switch {
		case errors.Is(err, errBroken):
			return c.findOut(l, batch, err)
		case errors.As(err, &refusal) && refusal.Code == "23505":
			doubt = true // another process came first
		case err != nil && len(batch) > 1:
			return c.commitSingly(l, batch)
		case err != nil:
			c.refuse(batch, fmt.Errorf("append to book %d: %w", c.book, err))
			return l
		case answer.added:
			c.landed(batch, answer)
			return l
		default:
			batch = c.refused(batch, answer)
		}
	}
	return l
}

// send is the exchange that commits a batch. A measured one is split, to see what the commit costs.
func (c *committer) send(l *link, batch []*pending, measure bool) (batchAnswer, error) {
	begin, lock, commit := call{statement: beginStatement}, call{statement: lockStatement}, call{statement: commitStatement}
	insert := l.batch.call(c.book, batch, c.store.now())
	if !measure {
		answers, err := l.exchange(begin, lock, insert, commit)
		if err != nil {
			return batchAnswer{}, err
		}
		return decodeBatchAnswer(answers[2]), nil
	}
	start := time.Now()
	if _, err := l.exchange(begin); err != nil {
		return batchAnswer{}, err
	}
	roundTrip := time.Since(start)
	answers, err := l.exchange(lock, insert)
	if err != nil {
		return batchAnswer{}, err
	}
	start = time.Now()
	if _, err := l.exchange(commit); err != nil {
		return batchAnswer{}, err
	}
	took := time.Since(start)
	c.mu.Lock()
	c.pace.measured(roundTrip, took)
	c.mu.Unlock()
	return decodeBatchAnswer(answers[1]), nil
}

// checkVersions refuses the appends whose expected versions are known to be wrong, and answers the
// others. A version that is known is one that the stream had, so it is at least that; an append that
// expects more, or any if there is doubt, is checked against the database first.
func (c *committer) checkVersions(l *link, batch []*pending, doubt bool) ([]*pending, error) {
	var unsure []uuid.UUID
	for _, p := range batch {
		for i := range p.Streams {
			if doubt || p.Streams[i].Expected > c.versions.of(p.Streams[i].Stream) {
				unsure = append(unsure, p.Streams[i].Stream)
			}
		}
	}
	if len(unsure) > 0 {
		answers, err := l.exchange(call{versionsStatement, streamsParameter(unsure)})
		if err != nil {
			return nil, err
		}
		for _, row := range answers[0] {
			if row[1] != nil {
				c.versions.note(uuid.UUID(row[0]), eventstore.Version(int32Of(row[1])))
			}
		}
	}
	return c.keep(batch, func(p *pending) error {
		for i := range p.Streams {
			s := &p.Streams[i]
			if known := c.versions.of(s.Stream); known != s.Expected {
				return conflict(s, known)
			}
		}
		return nil
	}), nil
}

func conflict(s *eventstore.StreamAppend, known eventstore.Version) error {
	return fmt.Errorf("stream %s is at version %d, not %d: %w", s.Stream, known, s.Expected, eventstore.ErrConflict)
}

// keep refuses the appends that the check has an error for, and answers the others.
func (c *committer) keep(batch []*pending, check func(*pending) error) []*pending {
	kept := make([]*pending, 0, len(batch))
	for _, p := range batch {
		if err := check(p); err != nil {
			c.refuse([]*pending{p}, err)
		} else {
			kept = append(kept, p)
		}
	}
	return kept
}

// refused refuses what the batch statement found to be late: everything, if the era is over, or the
// appends whose guards were hit. It answers the others.
func (c *committer) refused(batch []*pending, answer batchAnswer) []*pending {
	switch {
	case !answer.known:
		c.refuse(batch, fmt.Errorf("append to book %d: %w", c.book, eventstore.ErrUnknownBook))
		return nil
	case answer.epoch != batch[0].Epoch:
		c.refuse(batch, fmt.Errorf("book %d is in era %d, not %d: %w", c.book, answer.epoch, batch[0].Epoch, eventstore.ErrConflict))
		return nil
	}
	probe := 0
	return c.keep(batch, func(p *pending) (err error) {
		for i := range p.Streams {
			if len(p.Streams[i].Events) > 0 {
				continue
			}
			if slices.Contains(answer.hit, probe) {
				err = fmt.Errorf("stream %s is past version %d: %w", p.Streams[i].Stream, p.Streams[i].Expected, eventstore.ErrConflict)
				c.versions.note(p.Streams[i].Stream, p.Streams[i].Expected+1)
			}
			probe++
		}
		return err
	})
}

// landed answers the appends of a batch that is in the log.
func (c *committer) landed(batch []*pending, answer batchAnswer) {
	at := answer.first
	for _, p := range batch {
		for i := range p.Streams {
			s := &p.Streams[i]
			c.versions.note(s.Stream, s.Expected+eventstore.Version(len(s.Events)))
		}
	}
	c.finish(batch, func(p *pending) outcome {
		first := at
		at += eventstore.Position(p.events)
		return outcome{appended: eventstore.Appended{First: first, Last: at - 1, RecordedAt: answer.recordedAt}}
	})
	c.store.advance(c.book, at-1)
	c.store.notes.tell(c.book, at-1)
}

// refuse answers appends with an error.
func (c *committer) refuse(batch []*pending, err error) {
	c.finish(batch, func(*pending) outcome { return outcome{err: err} })
}

// commitSingly gives each append of a batch that the database would not take a transaction of its
// own, so that only the ones at fault fail.
func (c *committer) commitSingly(l *link, batch []*pending) *link {
	for i := range batch {
		l = c.commit(l, batch[i:i+1], false)
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
