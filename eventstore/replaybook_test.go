package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
	"loanledger/eventstore/memstore"
)

// randomBook is a log in which many streams grow at random, and how many events it has.
func randomBook(t *testing.T, events int) (eventstore.Log, eventstore.Position) {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	log := memstore.New(time.Now)
	if err := log.OpenBook(t.Context(), testBook, 1); err != nil {
		t.Fatal(err)
	}
	streams, versions := make([]uuid.UUID, 200), make([]eventstore.Version, 200)
	for i := range streams {
		streams[i] = uuid.New()
	}
	for done := 0; done < events; {
		i, n := random.IntN(len(streams)), 1+random.IntN(9)
		a := eventstore.Append{Command: uuid.New(), Actor: "test", Epoch: 1}
		run := eventstore.StreamAppend{Stream: streams[i], Expected: versions[i]}
		for range n {
			run.Events = append(run.Events, eventstore.NewEvent{Type: "account.paid", Schema: 1, Data: fmt.Appendf(nil, `{"Amount":%d}`, random.IntN(1000))})
		}
		a.Streams = []eventstore.StreamAppend{run}
		if _, err := log.Append(t.Context(), testBook, a); err != nil {
			t.Fatal(err)
		}
		done, versions[i] = done+n, versions[i]+eventstore.Version(n)
	}
	head, err := log.Head(t.Context(), testBook)
	if err != nil {
		t.Fatal(err)
	}
	return log, head.Position
}

type chunk = eventstore.Decoded[any]

// sums adds what its share of the streams was paid, in a way in which the order counts.
type sums struct {
	number, of int
	of31       map[uuid.UUID]int
	last       eventstore.Position
}

func (s *sums) take(_ context.Context, c chunk) error {
	for i := range c.Events {
		e := &c.Events[i]
		if e.Position != s.last+1 {
			return fmt.Errorf("position %d follows %d", e.Position, s.last)
		}
		s.last = e.Position
		if eventstore.Share(e.Stream, s.of) == s.number {
			s.of31[e.Stream] = 31*s.of31[e.Stream] + c.Facts[i].(paid).Amount
		}
	}
	return nil
}

func TestReplayInSharesIsASerialOne(t *testing.T) {
	log, end := randomBook(t, 5*eventstore.ScanChunk)
	var serial map[uuid.UUID]int
	for of := 1; of <= 7; of++ {
		joined := map[uuid.UUID]int{}
		shares := make([]*sums, of)
		takers := make([]func(context.Context, chunk) error, of)
		for i := range shares {
			shares[i] = &sums{number: i, of: of, of31: map[uuid.UUID]int{}}
			takers[i] = shares[i].take
		}
		if err := eventstore.ReplayBook(t.Context(), log, eventstore.Scan{Book: testBook}, accounts.Decode, takers...); err != nil {
			t.Fatal(err)
		}
		for _, s := range shares {
			if s.last != end {
				t.Fatalf("a taker of %d ended at %d of %d", of, s.last, end)
			}
			for stream, sum := range s.of31 {
				joined[stream] = sum
			}
		}
		if serial == nil {
			serial = joined
		}
		if len(joined) != len(serial) {
			t.Fatalf("%d takers: %d streams, not %d", of, len(joined), len(serial))
		}
		for stream, sum := range serial {
			if joined[stream] != sum {
				t.Fatalf("%d takers: stream %s comes to %d, not %d", of, stream, joined[stream], sum)
			}
		}
	}
}

func TestReplayEndsWithTheFirstError(t *testing.T) {
	log, end := randomBook(t, 8*eventstore.ScanChunk)
	bad := end / 2
	undecodable := errors.New("undecodable")
	decode := func(e eventstore.Event) (any, error) {
		if e.Position >= bad {
			return nil, fmt.Errorf("%w: position %d", undecodable, e.Position)
		}
		return accounts.Decode(e)
	}
	last := eventstore.Position(0)
	see := func(_ context.Context, c chunk) error {
		last = c.Events[len(c.Events)-1].Position
		return nil
	}
	err := eventstore.ReplayBook(t.Context(), log, eventstore.Scan{Book: testBook}, decode, see)
	if want := fmt.Sprintf("undecodable: position %d", bad); err == nil || err.Error() != want || last >= bad {
		t.Errorf("%v after position %d, not %s", err, last, want)
	}
	enough := errors.New("enough")
	err = eventstore.ReplayBook(t.Context(), log, eventstore.Scan{Book: testBook}, accounts.Decode,
		see, func(context.Context, chunk) error { return enough })
	if !errors.Is(err, enough) {
		t.Errorf("a taker's error: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = eventstore.ReplayBook(ctx, log, eventstore.Scan{Book: testBook}, accounts.Decode,
		func(context.Context, chunk) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled replay: %v", err)
	}
	err = eventstore.ReplayBook(t.Context(), log, eventstore.Scan{Book: testBook + 1}, accounts.Decode, see)
	if !errors.Is(err, eventstore.ErrUnknownBook) {
		t.Errorf("an unknown book: %v", err)
	}
}

// However slow a taker is, no more than some chunks are in memory.
func TestReplayWaitsForTheSlowest(t *testing.T) {
	log, _ := randomBook(t, 40*eventstore.ScanChunk)
	var decoded, most, done atomic.Int64
	decode := func(e eventstore.Event) (any, error) {
		if ahead := decoded.Add(1) - done.Load(); ahead > most.Load() {
			most.Store(ahead)
		}
		return accounts.Decode(e)
	}
	slow := func(_ context.Context, c chunk) error {
		time.Sleep(time.Millisecond)
		done.Add(int64(len(c.Events)))
		return nil
	}
	err := eventstore.ReplayBook(t.Context(), log, eventstore.Scan{Book: testBook}, decode, slow,
		func(context.Context, chunk) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if bound := int64(runtime.GOMAXPROCS(0)+4) * eventstore.ScanChunk; most.Load() > bound {
		t.Errorf("%d events were decoded ahead, not at most %d", most.Load(), bound)
	}
}
