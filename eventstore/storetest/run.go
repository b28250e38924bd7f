// Package storetest is the contract of an event log as a test that every store passes.
package storetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// Run holds a store to the contract of eventstore.Log. The store that open makes reads the given
// clock, which jumps back and forth.
func Run(t *testing.T, open func(t *testing.T, clock eventstore.Clock) eventstore.Log) {
	log := open(t, jumpingClock())
	for i, part := range []struct {
		name string
		test func(*fixture)
	}{
		{"a book is opened once", testOpenBook},
		{"an unknown book", testUnknownBook},
		{"bytes and order", testBytesAndOrder},
		{"several streams", testSeveralStreams},
		{"expected versions", testExpectedVersions},
		{"guards", testGuards},
		{"eras", testEras},
		{"malformed appends", testMalformed},
		{"a cancelled append", testCancelled},
		{"reading", testReading},
		{"scanning", testScanning},
		{"many streams at once", testManyStreams},
		{"books are apart", testBooksApart},
		{"waiting", testWaiting},
		{"time never runs back", testRecordedAt},
		{"one of many wins", testOneWins},
		{"only the losers are refused", testOnlyLosers},
		{"random writers", testRandomWriters},
		{"linearizable", testLinearizable},
	} {
		t.Run(part.name, func(t *testing.T) {
			f := &fixture{T: t, ctx: t.Context(), log: log, book: eventstore.Book(10 * (i + 1))}
			part.test(f)
		})
	}
}

// fixture is a store and a book of one test's own.
type fixture struct {
	*testing.T
	ctx  context.Context
	log  eventstore.Log
	book eventstore.Book
}

const firstEpoch = 7

func (f *fixture) open() {
	f.Helper()
	f.must(f.log.OpenBook(f.ctx, f.book, firstEpoch))
}

func (f *fixture) must(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// run is n new events of a stream.
func run(stream uuid.UUID, expected eventstore.Version, n int) eventstore.StreamAppend {
	s := eventstore.StreamAppend{Stream: stream, Expected: expected}
	for i := range n {
		s.Events = append(s.Events, eventstore.NewEvent{
			Type: "test.happened", Schema: 1,
			Data: fmt.Appendf(nil, `{"of":%q,"nr":%d}`, stream, int(expected)+i+1),
		})
	}
	return s
}

// command is an append of a new command.
func command(streams ...eventstore.StreamAppend) eventstore.Append {
	id := uuid.New()
	return eventstore.Append{
		Command: id, Digest: sha256.Sum256(id[:]), Actor: "test:" + id.String()[:8], Epoch: firstEpoch, Streams: streams,
	}
}

func (f *fixture) append(streams ...eventstore.StreamAppend) eventstore.Appended {
	f.Helper()
	appended, err := f.log.Append(f.ctx, f.book, command(streams...))
	f.must(err)
	return appended
}

// all is the whole book, read a few events at a time, after a check that nothing is out of order.
func (f *fixture) all() []eventstore.Event {
	f.Helper()
	var events []eventstore.Event
	for {
		more, err := f.log.ReadBook(f.ctx, f.book, eventstore.Position(len(events)), 1000)
		f.must(err)
		if len(more) == 0 {
			break
		}
		events = append(events, more...)
	}
	versions := map[uuid.UUID]eventstore.Version{}
	for i, e := range events {
		versions[e.Stream]++
		if e.Book != f.book || e.Position != eventstore.Position(i+1) || e.Version != versions[e.Stream] {
			f.Fatalf("event %d: book %d, position %d, version %d of %s, not %d",
				i+1, e.Book, e.Position, e.Version, e.Stream, versions[e.Stream])
		}
		if i > 0 && e.RecordedAt.Before(events[i-1].RecordedAt) {
			f.Fatalf("position %d was recorded at %s, before %s", e.Position, e.RecordedAt, events[i-1].RecordedAt)
		}
	}
	return events
}

// jumpingClock is a clock that goes on, and sometimes back.
func jumpingClock() eventstore.Clock {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 2))
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return time.Now().Add(time.Duration(random.IntN(2000)-1000) * time.Millisecond)
	}
}

// seed is a random source whose seed is in the test's output.
func (f *fixture) seed() *rand.Rand {
	seed := rand.Uint64()
	f.Logf("seed %d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}
