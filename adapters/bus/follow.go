package bus

import (
	"context"
	"time"

	"loanledger/eventstore"
)

// follow publishes the log behind a place, run after run, and waits for more. It ends with an error.
func (u *pump) follow(ctx context.Context, l *line, hold Hold, at place) error {
	u.advance(at.position)
	for {
		select {
		case from := <-u.rewind:
			return u.rewindTo(from)
		default:
		}
		if err := u.save(ctx, hold, false); err != nil {
			return err
		}
		events, err := u.log.ReadBook(ctx, u.book, at.position, chunkEvents)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			if err := u.wait(ctx, hold, at.position); err != nil {
				return err
			}
			continue
		}
		if at, err = u.publishRun(ctx, l, at, events); err != nil {
			return err
		}
		u.advance(at.position)
		u.double = 0
		if at.position >= u.again {
			u.again = 0
		}
	}
}

// publishRun publishes what there is, beginning with the given events, up to runEvents. Reading and
// publishing overlap.
func (u *pump) publishRun(ctx context.Context, l *line, at place, events []eventstore.Event) (_ place, err error) {
	turn := u.turn(u.lender)
	select {
	case turn.token <- struct{}{}:
		defer func() {
			if err != nil {
				turn.begin, turn.end = 0, 0 // what is on the stream has to be looked up
			}
			<-turn.token
		}()
	case <-ctx.Done():
		return at, ctx.Err()
	}
	fence := turn.fence(at.sequence)
	r := l.begin(lenderSubjects(u.lender), fence)
	for {
		for i := range events[:len(events)-1] {
			if err := u.send(ctx, r, &events[i], false); err != nil {
				return at, err
			}
		}
		end := &events[len(events)-1]
		var more []eventstore.Event
		if len(events) == chunkEvents && r.sent < runEvents {
			var err error
			if more, err = u.log.ReadBook(ctx, u.book, end.Position, chunkEvents); err != nil {
				return at, err
			}
		}
		if err := u.send(ctx, r, end, len(more) == 0); err != nil {
			return at, err
		}
		if len(more) == 0 {
			sequence, err := r.finish(ctx)
			if err != nil {
				return at, err
			}
			turn.ran(fence, sequence)
			u.meters.published.WithLabelValues(u.label).Add(float64(r.sent))
			return place{position: end.Position, sequence: sequence}, nil
		}
		events = more
	}
}

func (u *pump) send(ctx context.Context, r *run, e *eventstore.Event, last bool) error {
	return r.send(ctx, envelope(u.lender, e, e.Position <= u.again), last)
}

// wait returns when the log goes on behind a position. While it waits, the note is brought up to date
// and a rewind is taken.
func (u *pump) wait(ctx context.Context, hold Hold, after eventstore.Position) error {
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	grown := make(chan error, 1)
	go func() { grown <- u.log.Wait(waiting, u.book, after) }()
	note := time.NewTimer(saveEvery)
	defer note.Stop()
	for {
		select {
		case err := <-grown:
			return err
		case from := <-u.rewind:
			return u.rewindTo(from)
		case <-note.C:
			if err := u.save(ctx, hold, true); err != nil {
				return err
			}
		}
	}
}

// save notes how far the book is published, where that has changed: now and then, or at once.
func (u *pump) save(ctx context.Context, hold Hold, now bool) error {
	position := eventstore.Position(u.position.Load())
	if position == u.savedLast || !now && time.Since(u.savedAt) < saveEvery {
		return nil
	}
	if err := hold.Save(ctx, position); err != nil {
		return err
	}
	u.savedLast, u.savedAt = position, time.Now()
	return nil
}

// advance says that a book is published up to a position.
func (u *pump) advance(position eventstore.Position) {
	u.position.Store(int64(position))
	u.meters.position.WithLabelValues(u.label).Set(float64(position))
}
