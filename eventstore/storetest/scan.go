package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// fill appends events to a few streams, more than a chunk of a scan has room for.
func (f *fixture) fill(events int) (streams []uuid.UUID) {
	f.Helper()
	versions := make([]eventstore.Version, 5)
	for range versions {
		streams = append(streams, uuid.New())
	}
	for done := 0; done < events; {
		i, n := done%len(streams), min(97, events-done)
		a := command(run(streams[i], versions[i], n))
		for j := range a.Streams[0].Events {
			if e := &a.Streams[0].Events[j]; j%3 == 0 {
				e.Personal = fmt.Appendf(nil, "sealed %d", done+j)
			}
		}
		_, err := f.log.Append(f.ctx, f.book, a)
		f.must(err)
		versions[i] += eventstore.Version(n)
		done += n
	}
	return streams
}

// scanned is what a scan gives.
func (f *fixture) scanned(s eventstore.Scan) (events []eventstore.Event, chunks int) {
	f.Helper()
	s.Book = f.book
	f.must(f.log.Scan(f.ctx, s, func(_ context.Context, chunk []eventstore.Event) error {
		if len(chunk) == 0 || len(chunk) > eventstore.ScanChunk {
			f.Errorf("a chunk of %d events", len(chunk))
		}
		events = append(events, chunk...)
		chunks++
		return nil
	}))
	return events, chunks
}

func testScanning(f *fixture) {
	f.open()
	if events, _ := f.scanned(eventstore.Scan{}); len(events) != 0 {
		f.Fatalf("an empty book: %d events", len(events))
	}
	const end = 2*eventstore.ScanChunk + 311
	f.fill(end)
	whole := f.all()
	for _, c := range []eventstore.Scan{
		{}, {UpTo: end}, {UpTo: 1}, {After: end - 1}, {After: end}, {After: end, UpTo: end},
		{After: 17, UpTo: 18 + eventstore.ScanChunk}, {After: 3, UpTo: 3 + eventstore.ScanChunk}, {After: eventstore.ScanChunk, UpTo: end - 1},
	} {
		events, _ := f.scanned(c)
		upTo := c.UpTo
		if upTo == 0 {
			upTo = end
		}
		if want := whole[c.After:upTo]; len(events) != len(want) || len(want) > 0 && !reflect.DeepEqual(events, want) {
			f.Errorf("%+v: %d events, not those %d that are there", c, len(events), len(want))
		}
	}
	folding, _ := f.scanned(eventstore.Scan{Folding: true})
	for i := range whole {
		e := whole[i]
		e.Command, e.Digest, e.Actor, e.Personal = uuid.Nil, eventstore.Digest{}, "", nil
		if !reflect.DeepEqual(folding[i], e) {
			f.Fatalf("for folding: %+v, not %+v", folding[i], e)
		}
	}
	f.scansThatEnd(end)
}

var errEnough = errors.New("enough")

func (f *fixture) scansThatEnd(end eventstore.Position) {
	f.Helper()
	nothing := func(context.Context, []eventstore.Event) error { return nil }
	for _, s := range []eventstore.Scan{{After: -1}, {UpTo: end + 1}, {After: end + 1}, {After: 5, UpTo: 4}} {
		s.Book = f.book
		if err := f.log.Scan(f.ctx, s, nothing); err == nil {
			f.Errorf("%+v is no error", s)
		}
	}
	if err := f.log.Scan(f.ctx, eventstore.Scan{Book: f.book + 1}, nothing); !errors.Is(err, eventstore.ErrUnknownBook) {
		f.Errorf("an unknown book: %v", err)
	}
	chunks := 0
	err := f.log.Scan(f.ctx, eventstore.Scan{Book: f.book}, func(context.Context, []eventstore.Event) error {
		chunks++
		return errEnough
	})
	if !errors.Is(err, errEnough) || chunks != 1 {
		f.Errorf("after an error of the handler: %v, %d chunks", err, chunks)
	}
	ctx, cancel := context.WithCancel(f.ctx)
	defer cancel()
	err = f.log.Scan(ctx, eventstore.Scan{Book: f.book}, func(context.Context, []eventstore.Event) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		f.Errorf("after a cancellation: %v", err)
	}
}

func testManyStreams(f *fixture) {
	f.open()
	streams := f.fill(1500)
	unknown := uuid.New()
	named := append([]uuid.UUID{unknown, streams[3]}, streams...)
	all, err := f.log.ReadStreams(f.ctx, f.book, named)
	f.must(err)
	if len(all) != len(named) || len(all[0]) != 0 {
		f.Fatalf("%d streams, and %d events of an unknown one", len(all), len(all[0]))
	}
	for i, stream := range named {
		events, err := f.log.ReadStream(f.ctx, f.book, stream, 0)
		f.must(err)
		if len(all[i]) != len(events) || len(events) > 0 && !reflect.DeepEqual(all[i], events) {
			f.Errorf("stream %d: %d events, not those %d that are there", i, len(all[i]), len(events))
		}
	}
	if all, err := f.log.ReadStreams(f.ctx, f.book, nil); err != nil || len(all) != 0 {
		f.Errorf("no streams: %d, %v", len(all), err)
	}
	if _, err := f.log.ReadStreams(f.ctx, f.book+1, streams); !errors.Is(err, eventstore.ErrUnknownBook) {
		f.Errorf("an unknown book: %v", err)
	}
}
