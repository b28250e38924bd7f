package storetest

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

func testReading(f *fixture) {
	f.open()
	if events, err := f.log.ReadBook(f.ctx, f.book, 0, 10); err != nil || len(events) != 0 {
		f.Fatalf("an empty book: %d events, %v", len(events), err)
	}
	a, b := uuid.New(), uuid.New()
	for i := range 10 {
		f.append(run(a, eventstore.Version(2*i), 2), run(b, eventstore.Version(i), 1))
	}
	for _, c := range []struct {
		after       eventstore.Position
		limit, want int
	}{{0, 1, 1}, {0, 30, 30}, {0, 31, 30}, {29, 5, 1}, {30, 5, 0}, {1000, 5, 0}, {7, 11, 11}} {
		events, err := f.log.ReadBook(f.ctx, f.book, c.after, c.limit)
		f.must(err)
		if len(events) != c.want || c.want > 0 && events[0].Position != c.after+1 {
			f.Errorf("after %d, limit %d: %d events", c.after, c.limit, len(events))
		}
	}
	for _, c := range []struct {
		stream uuid.UUID
		after  eventstore.Version
		want   int
	}{{a, 0, 20}, {a, 19, 1}, {a, 20, 0}, {a, 1 << 30, 0}, {b, 3, 7}, {uuid.New(), 0, 0}, {uuid.New(), 4, 0}} {
		events, err := f.log.ReadStream(f.ctx, f.book, c.stream, c.after)
		f.must(err)
		if len(events) != c.want || c.want > 0 && events[0].Version != c.after+1 {
			f.Errorf("stream after %d: %d events", c.after, len(events))
		}
	}
	if _, err := f.log.ReadBook(f.ctx, f.book, -1, 10); err == nil {
		f.Error("read after a negative position")
	}
	if _, err := f.log.ReadBook(f.ctx, f.book, 0, 0); err == nil {
		f.Error("read nothing at all")
	}
	if _, err := f.log.ReadStream(f.ctx, f.book, a, -1); err == nil {
		f.Error("read after a negative version")
	}
}

func testBooksApart(f *fixture) {
	f.open()
	other := &fixture{T: f.T, ctx: f.ctx, log: f.log, book: f.book + 1}
	other.open()
	stream := uuid.New()
	f.append(run(stream, 0, 2))
	other.append(run(stream, 0, 1))
	f.append(run(stream, 2, 1))
	if a, b := len(f.all()), len(other.all()); a != 3 || b != 1 {
		f.Fatalf("%d and %d events", a, b)
	}
	if a, b := f.version(stream), other.version(stream); a != 3 || b != 1 {
		f.Fatalf("versions %d and %d", a, b)
	}
}

func testWaiting(f *fixture) {
	f.open()
	short, cancel := context.WithTimeout(f.ctx, 30*time.Millisecond)
	defer cancel()
	if err := f.log.Wait(short, f.book, 0); !errors.Is(err, context.DeadlineExceeded) {
		f.Fatalf("wait for nothing: %v", err)
	}
	woken := make(chan error, 3)
	for after := range eventstore.Position(3) {
		go func() { woken <- f.log.Wait(f.ctx, f.book, after) }()
	}
	time.Sleep(20 * time.Millisecond) // most likely they all wait by now; right in any case
	f.append(run(uuid.New(), 0, 2))
	f.must(<-woken)
	f.must(<-woken)
	select {
	case err := <-woken:
		f.Fatalf("woken for an event that is not there: %v", err)
	case <-time.After(30 * time.Millisecond):
	}
	f.append(run(uuid.New(), 0, 1))
	f.must(<-woken)
	f.must(f.log.Wait(f.ctx, f.book, 0))
}
