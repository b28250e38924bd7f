package eventstore_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// reversing is a sealer whose work can be seen: it turns the bytes around.
type reversing struct{ sealed []string }

func (s *reversing) Seal(_ context.Context, _ eventstore.Book, subject uuid.UUID, label string, plain []byte) ([]byte, error) {
	s.sealed = append(s.sealed, subject.String()+" "+label)
	out := make([]byte, len(plain))
	for i, b := range plain {
		out[len(plain)-1-i] = b
	}
	return out, nil
}

func TestPersonalDataIsSealed(t *testing.T) {
	log := newLog(t)
	stream := uuid.New()
	decide := func(u *eventstore.Unit) error {
		return eventstore.Emit(u, accounts, stream, opened{Name: "Ana"})
	}
	if _, err := eventstore.NewExecutor(log, nil).Do(t.Context(), newRequest(), decide); !errors.Is(err, eventstore.ErrNoSealer) {
		t.Fatal(err)
	}
	sealer := &reversing{}
	x := eventstore.NewExecutor(log, sealer)
	preview := newRequest()
	preview.Preview = true
	if result, err := x.Do(t.Context(), preview, decide); err != nil || result.Streams[0].Events[0].Personal != nil || len(sealer.sealed) != 0 {
		t.Fatalf("%+v, %v", result, err)
	}
	mustDo(t, x, decide)
	events, err := log.ReadStream(t.Context(), testBook, stream, 0)
	if err != nil || len(events) != 1 || string(events[0].Personal) != "anA" {
		t.Fatalf("%+v, %v", events, err)
	}
	if len(sealer.sealed) != 1 || sealer.sealed[0] != stream.String()+" account.opened" {
		t.Fatalf("sealed for %q", sealer.sealed)
	}
}

func TestLoadAt(t *testing.T) {
	log := newLog(t)
	x := eventstore.NewExecutor(log, nil)
	stream := uuid.New()
	for i := range 10 {
		mustDo(t, x, pay(stream, 1))
		for upTo := range eventstore.Version(12) {
			a, version, err := eventstore.LoadAt(t.Context(), x, accounts, testBook, stream, upTo)
			if want := min(int(upTo), i+1); err != nil || int(version) != want || a.Balance != want {
				t.Fatalf("up to %d: %+v at %d, %v", upTo, a, version, err)
			}
		}
	}
}

func TestReadsSeeEveryAcknowledgedAppend(t *testing.T) {
	log := newLog(t)
	x, other := eventstore.NewExecutor(log, nil), eventstore.NewExecutor(log, nil)
	stream := uuid.New()
	for i := range 20 {
		mustDo(t, []*eventstore.Executor{x, other}[i%2], pay(stream, 1))
		if a, b := balance(t, x, stream), balance(t, other, stream); a != i+1 || b != i+1 {
			t.Fatalf("after %d: %d and %d", i+1, a, b)
		}
	}
}

func TestHotStreamsAreNotReadAgain(t *testing.T) {
	log := &counted{Log: newLog(t)}
	x := eventstore.NewExecutor(log, nil)
	stream := uuid.New()
	mustDo(t, x, pay(stream, 1))
	log.reads = 0
	for range 100 {
		mustDo(t, x, pay(stream, 1))
	}
	if log.reads != 0 {
		t.Errorf("%d reads", log.reads)
	}
}

func TestCacheIsBounded(t *testing.T) {
	log := &counted{Log: newLog(t)}
	x := eventstore.NewExecutor(log, nil, eventstore.WithCacheBytes(10_000)) // room for some twenty states
	streams := make([]uuid.UUID, 100)
	for i := range streams {
		streams[i] = uuid.New()
		mustDo(t, x, pay(streams[i], i))
	}
	log.reads = 0
	mustDo(t, x, pay(streams[99], 1))
	if log.reads != 0 {
		t.Errorf("the stream used last was read again")
	}
	for _, stream := range streams[:50] {
		mustDo(t, x, pay(stream, 1))
	}
	if log.reads != 50 {
		t.Errorf("%d of 50 old states were still there", 50-log.reads)
	}
	for i, stream := range streams[:50] {
		if got := balance(t, x, stream); got != i+1 {
			t.Errorf("balance %d of account %d", got, i)
		}
	}
}

func TestAStreamHasOneFamily(t *testing.T) {
	other := *accounts
	x := eventstore.NewExecutor(newLog(t), nil)
	stream := uuid.New()
	mustDo(t, x, pay(stream, 4))
	_, err := x.Do(t.Context(), newRequest(), func(u *eventstore.Unit) error {
		if _, _, err := eventstore.Load(u, accounts, stream); err != nil {
			return err
		}
		_, _, err := eventstore.Load(u, &other, stream)
		return err
	})
	if err == nil {
		t.Fatal("one stream was loaded as two families")
	}
}

func TestFollowStopsAtTheFirstError(t *testing.T) {
	log := newLog(t)
	x := eventstore.NewExecutor(log, nil)
	stream := uuid.New()
	for range 10 {
		mustDo(t, x, pay(stream, 1))
	}
	stop := errors.New("enough")
	var seen []eventstore.Position
	err := eventstore.Follow(t.Context(), log, testBook, 4, 2, func(_ context.Context, events []eventstore.Event) error {
		for _, e := range events {
			seen = append(seen, e.Position)
		}
		if len(seen) == 4 {
			return stop
		}
		return nil
	})
	if !errors.Is(err, stop) || len(seen) != 4 || seen[0] != 5 || seen[3] != 8 {
		t.Fatalf("saw %d: %v", seen, err)
	}
}
