package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"loanledger/eventstore"
)

// How a book is read and published.
const (
	chunkEvents = 1000 // read from the log at a time
	runEvents   = 20 * chunkEvents
	saveEvery   = time.Second
	shortPause  = 10 * time.Millisecond // at most, after a run that overlapped
	longPause   = 2 * time.Second       // at most, while the broker is away
)

// errAhead: the stream has events that the log does not have, so the log is not the one that was
// published. What to do about it is an operator's decision.
var errAhead = errors.New("the stream is ahead of the log")

// errRewind ends the publishing to begin it again at another position.
var errRewind = errors.New("publish again from a position")

// pump publishes one book.
type pump struct {
	*Publisher
	book   eventstore.Book
	lender string
	label  string // of the metrics

	position  atomic.Int64 // published so far
	savedAt   time.Time
	savedLast eventstore.Position

	rewind chan eventstore.Position
	target eventstore.Position // to be published once more from here on; 0 where nothing is
	again  eventstore.Position // the last position that was on the stream when that was asked for
	// double is a position that the broker says it has though the stream does not end with it, which
	// happens soon after messages were removed; 0 where there is none.
	double eventstore.Position
}

func newPump(p *Publisher, book eventstore.Book, lender string) *pump {
	return &pump{
		Publisher: p, book: book, lender: lender, label: strconv.Itoa(int(book)),
		rewind: make(chan eventstore.Position),
	}
}

// run takes the lock and publishes, as long as the context lasts.
func (u *pump) run(ctx context.Context) {
	if !subjectToken(u.lender) {
		u.logger.Error("events not published: the lender's code cannot be part of a subject", slog.Int("book", int(u.book)))
		return
	}
	for ctx.Err() == nil {
		hold, err := u.lock(ctx, holdName, u.book)
		if err == nil {
			held, release := hold.Held(ctx)
			err = u.publish(held, hold)
			release()
			hold.Close()
		}
		if ctx.Err() == nil {
			u.logger.Warn("publishing stops until its lock is held again", slog.Int("book", int(u.book)), slog.Any("error", err))
			pause(ctx, longPause/2)
		}
	}
}

// publish goes on from the end of the stream, and looks for that end again after every error. It ends
// with the context.
func (u *pump) publish(ctx context.Context, hold Hold) error {
	line, err := openLine(u.conn)
	if err != nil {
		return err
	}
	defer line.close()
	u.savedLast = hold.Position()
	u.position.Store(int64(u.savedLast))
	defer u.sayLast(ctx, hold)
	var watching sync.WaitGroup
	defer watching.Wait()
	lagging, stop := context.WithCancel(ctx)
	defer stop()
	watching.Go(func() { u.watchLag(lagging) })

	for failures := 0; ctx.Err() == nil; {
		before := u.position.Load()
		at, err := u.start(ctx, max(u.savedLast, eventstore.Position(before)))
		if err == nil {
			err = u.follow(ctx, line, hold, at)
		}
		if u.position.Load() > before {
			failures = 0
		}
		u.meters.restarts.WithLabelValues(u.label, reason(err)).Inc()
		switch {
		case ctx.Err() != nil || errors.Is(err, errRewind):
		case errors.Is(err, errDouble):
			u.double = eventstore.Position(u.position.Load()) + 1
		case errors.Is(err, errOverlap):
			u.double = 0
			pause(ctx, rand.N(shortPause)+1)
		default:
			u.double = 0
			if failures%30 == 0 {
				u.logger.Warn("publishing begins again from the end of the stream", slog.Int("book", int(u.book)),
					slog.Int64("position", u.position.Load()), slog.Any("error", err))
			}
			failures++
			pause(ctx, min(longPause, time.Duration(failures)*50*time.Millisecond))
		}
	}
	return context.Cause(ctx)
}

// reason is the kind of an error that a publishing ended with, for the metrics.
func reason(err error) string {
	switch {
	case errors.Is(err, errRewind):
		return "rewind"
	case errors.Is(err, errDouble):
		return "double"
	case errors.Is(err, errOverlap):
		return "overlap"
	case errors.Is(err, errAhead):
		return "ahead"
	case errors.Is(err, context.Canceled):
		return "stopped"
	}
	return "failure"
}

// start finds out where to go on. It notices a broker that has lost what it had acknowledged, which
// is then published again.
func (u *pump) start(ctx context.Context, saved eventstore.Position) (place, error) {
	js, err := jetstream.New(u.conn)
	if err != nil {
		return place{}, err
	}
	stream, err := EnsureStream(ctx, js)
	if err != nil {
		return place{}, err
	}
	at, err := findPlace(ctx, stream, u.lender, u.book, saved)
	if err != nil {
		return at, err
	}
	head, err := u.log.Head(ctx, u.book)
	if err != nil {
		return at, err
	}
	if at.position > head.Position {
		return at, fmt.Errorf("book %d: position %d, not %d: %w", u.book, at.position, head.Position, errAhead)
	}
	if at.position < saved && u.again == 0 {
		u.meters.losses.WithLabelValues(u.label).Inc()
		u.logger.Error("the stream ends earlier than it did; what it lost is published again",
			slog.Int("book", int(u.book)), slog.Int64("stream", int64(at.position)), slog.Int64("published", int64(saved)))
	}
	at.position = max(at.position, u.double)
	if u.target > 0 {
		u.again = max(u.again, at.position)
		at.position, u.target = min(at.position, u.target-1), 0
	}
	return at, nil
}

// askRewind hands a rewind over to whoever publishes the book in this process.
func (u *pump) askRewind(ctx context.Context, from eventstore.Position) error {
	select {
	case u.rewind <- from:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrNotPublishing, ctx.Err())
	}
}

func (u *pump) rewindTo(from eventstore.Position) error {
	u.target = from
	return errRewind
}

// sayLast notes the place for whoever publishes next. The stream tells it anyway, so it may fail.
func (u *pump) sayLast(ctx context.Context, hold Hold) {
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), longPause)
	defer cancel()
	_ = u.save(last, hold, true)
}

// pause waits, or not, if the context ends first.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
