package eventstore_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

func TestCommandAppendsWhatItEmits(t *testing.T) {
	x := eventstore.NewExecutor(newLog(t), nil)
	from, to := uuid.New(), uuid.New()
	mustDo(t, x, pay(from, 100))
	result := mustDo(t, x, func(u *eventstore.Unit) error {
		if err := eventstore.Emit(u, accounts, from, paid{-30}); err != nil {
			return err
		}
		a, version, err := eventstore.Load(u, accounts, from)
		if err != nil || a.Balance != 70 || version != 2 {
			t.Errorf("the unit sees %+v at version %d: %v", a, version, err)
		}
		if u.Epoch() != 1 || u.Book() != testBook || u.Now().IsZero() {
			t.Errorf("era %d, book %d, %s", u.Epoch(), u.Book(), u.Now())
		}
		return eventstore.Emit(u, accounts, to, paid{10}, paid{20})
	})
	if result.First != 2 || result.Last != 4 || result.Replayed || len(result.Streams) != 2 {
		t.Fatalf("%+v", result)
	}
	second := result.Streams[1]
	if second.Stream != to || second.Version != 2 || second.Events[1].Position != 4 || second.Events[1].Fact != (paid{20}) {
		t.Errorf("%+v", second)
	}
	if a, b := balance(t, x, from), balance(t, x, to); a != 70 || b != 30 {
		t.Errorf("balances %d and %d", a, b)
	}
	a, version, err := eventstore.LoadState(t.Context(), x, accounts, testBook, to)
	if err != nil || version != 2 {
		t.Errorf("the cached state has not seen the positions: %+v, %d, %v", a, version, err)
	}
}

func TestNothingEmittedIsNothingAppended(t *testing.T) {
	log := newLog(t)
	x := eventstore.NewExecutor(log, nil)
	result := mustDo(t, x, func(u *eventstore.Unit) error {
		_, _, err := eventstore.Load(u, accounts, uuid.New())
		return err
	})
	head, err := log.Head(t.Context(), testBook)
	if err != nil || result.Last != 0 || len(result.Streams) != 0 || head.Position != 0 {
		t.Fatalf("%+v, %+v, %v", result, head, err)
	}
}

func TestPreviewAppendsNothing(t *testing.T) {
	log := newLog(t)
	x := eventstore.NewExecutor(log, nil)
	stream := uuid.New()
	r := newRequest()
	r.Preview = true
	result, err := x.Do(t.Context(), r, pay(stream, 5))
	if err != nil || result.First != 0 || result.Streams[0].Events[0].Fact != (paid{5}) || result.Streams[0].Version != 1 {
		t.Fatalf("%+v, %v", result, err)
	}
	if head, err := log.Head(t.Context(), testBook); err != nil || head.Position != 0 {
		t.Fatalf("%+v, %v", head, err)
	}
	if _, err := x.Do(t.Context(), r, pay(stream, -5)); !errors.Is(err, errShort) {
		t.Fatal(err)
	}
}

func TestConcurrentCommandsLoseNothing(t *testing.T) {
	log := newLog(t)
	streams := []uuid.UUID{uuid.New(), uuid.New()}
	var callers sync.WaitGroup
	// Two executors are two processes: neither knows what the other has cached.
	executors := []*eventstore.Executor{eventstore.NewExecutor(log, nil), eventstore.NewExecutor(log, nil)}
	for i := range 40 {
		callers.Go(func() {
			for range 50 {
				_, err := executors[i%2].Do(t.Context(), newRequest(), func(u *eventstore.Unit) error {
					if err := pay(streams[i%2], 1)(u); err != nil {
						return err
					}
					return pay(streams[1-i%2], 2)(u)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	callers.Wait()
	for _, stream := range streams {
		if got := balance(t, executors[0], stream); got != 40*50*3/2 {
			t.Errorf("balance %d", got)
		}
	}
}

func TestConflictIsReturnedInTheEnd(t *testing.T) {
	log := newLog(t)
	x, other := eventstore.NewExecutor(log, nil, eventstore.WithAttempts(3)), eventstore.NewExecutor(log, nil)
	stream := uuid.New()
	tries := 0
	_, err := x.Do(t.Context(), newRequest(), func(u *eventstore.Unit) error {
		tries++
		if _, _, err := eventstore.Load(u, accounts, stream); err != nil {
			return err
		}
		mustDo(t, other, pay(stream, 1)) // always somebody else first
		return eventstore.Emit(u, accounts, stream, paid{100})
	})
	if !errors.Is(err, eventstore.ErrConflict) || tries != 3 || balance(t, x, stream) != 3 {
		t.Fatalf("%d tries: %v", tries, err)
	}
}

func TestOnlyTheLatestStateMayRefuse(t *testing.T) {
	log := newLog(t)
	x, other := eventstore.NewExecutor(log, nil), eventstore.NewExecutor(log, nil)
	stream := uuid.New()
	mustDo(t, x, pay(stream, 1))
	mustDo(t, other, pay(stream, 99))
	mustDo(t, x, pay(stream, -100)) // x remembers a balance of 1
	if _, err := x.Do(t.Context(), newRequest(), pay(stream, -1)); !errors.Is(err, errShort) {
		t.Fatal(err)
	}
}

// A decision that only reads a stream is not to be appended once that stream has moved on.
func TestReadStreamsAreGuarded(t *testing.T) {
	log := newLog(t)
	x, other := eventstore.NewExecutor(log, nil), eventstore.NewExecutor(log, nil)
	limit, stream := uuid.New(), uuid.New()
	mustDo(t, x, pay(limit, 10))
	mustDo(t, other, pay(limit, -10))
	withinLimit := func(u *eventstore.Unit) error {
		l, _, err := eventstore.Load(u, accounts, limit)
		if err != nil {
			return err
		}
		if l.Balance < 5 {
			return errShort
		}
		return eventstore.Emit(u, accounts, stream, paid{5})
	}
	if _, err := x.Do(t.Context(), newRequest(), withinLimit); !errors.Is(err, errShort) {
		t.Fatalf("decided on a limit that is gone: %v", err)
	}
	if got := balance(t, x, stream); got != 0 {
		t.Fatalf("balance %d", got)
	}
}

func TestErasAreFollowed(t *testing.T) {
	log := newLog(t)
	x, other := eventstore.NewExecutor(log, nil), eventstore.NewExecutor(log, nil)
	stream := uuid.New()
	mustDo(t, x, pay(stream, 1)) // x remembers era 1
	mustDo(t, other, func(u *eventstore.Unit) error {
		u.BeginEpoch(u.Epoch() + 1)
		return eventstore.Emit(u, accounts, uuid.New(), opened{})
	})
	var eras []int64
	mustDo(t, x, func(u *eventstore.Unit) error {
		eras = append(eras, u.Epoch())
		return pay(stream, 1)(u)
	})
	if len(eras) != 2 || eras[0] != 1 || eras[1] != 2 {
		t.Fatalf("decided in eras %d", eras)
	}
}

func TestIfVersion(t *testing.T) {
	log := newLog(t)
	x, other := eventstore.NewExecutor(log, nil), eventstore.NewExecutor(log, nil)
	stream := uuid.New()
	mustDo(t, x, pay(stream, 1))
	mustDo(t, other, pay(stream, 1))
	r := newRequest()
	r.IfVersion = map[uuid.UUID]eventstore.Version{stream: 1}
	if _, err := x.Do(t.Context(), r, pay(stream, 1)); !errors.Is(err, eventstore.ErrVersionMismatch) {
		t.Fatal(err)
	}
	r.IfVersion[stream] = 2
	if _, err := x.Do(t.Context(), r, pay(stream, 1)); err != nil {
		t.Fatal(err)
	}
	// The stream has moved on by the command itself: repeating it is no mismatch.
	if result, err := x.Do(t.Context(), r, pay(stream, 1)); err != nil || !result.Replayed {
		t.Fatalf("%+v, %v", result, err)
	}
	r = newRequest()
	r.IfVersion = map[uuid.UUID]eventstore.Version{uuid.New(): 0}
	if _, err := x.Do(t.Context(), r, pay(stream, 1)); err == nil {
		t.Fatal("a version of a stream that nobody loaded was not missed")
	}
}

func TestCancelledCommand(t *testing.T) {
	x := eventstore.NewExecutor(newLog(t), nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := x.Do(ctx, newRequest(), pay(uuid.New(), 1)); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}
