package eventstore_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

func TestRepeatedCommandGetsItsFirstResult(t *testing.T) {
	log := newLog(t)
	x := eventstore.NewExecutor(log, nil)
	for _, streams := range []int{1, 2, 40} {
		t.Run(fmt.Sprintf("%d streams", streams), func(t *testing.T) {
			ids := make([]uuid.UUID, streams)
			for i := range ids {
				ids[i] = uuid.New()
			}
			mustDo(t, x, pay(uuid.New(), 1))
			decide := func(u *eventstore.Unit) error {
				for i, id := range ids {
					if err := pay(id, i)(u); err != nil {
						return err
					}
				}
				return nil
			}
			r := newRequest()
			first, err := x.Do(t.Context(), r, decide)
			if err != nil {
				t.Fatal(err)
			}
			mustDo(t, x, pay(ids[0], 1000))
			// A fresh executor has to find the command in the log; it decodes what it has not loaded.
			fresh := eventstore.NewExecutor(log, nil, eventstore.WithDecoder(accounts.Decode))
			for _, executor := range []*eventstore.Executor{x, fresh, fresh} {
				again, err := executor.Do(t.Context(), r, decide)
				if err != nil || !again.Replayed || again.First != first.First || again.Last != first.Last ||
					!again.RecordedAt.Equal(first.RecordedAt) || len(again.Streams) != streams {
					t.Fatalf("%+v, then %+v: %v", first, again, err)
				}
				if executor == fresh && !reflect.DeepEqual(again.Streams, first.Streams) {
					t.Fatalf("%+v, then %+v", first.Streams, again.Streams)
				}
			}
			other := r
			other.Digest[0]++
			if _, err := x.Do(t.Context(), other, decide); !errors.Is(err, eventstore.ErrKeyReused) {
				t.Fatal(err)
			}
		})
	}
}

func TestManyCommandsOfAStreamAreKnown(t *testing.T) {
	log := newLog(t)
	x := eventstore.NewExecutor(log, nil)
	stream := uuid.New()
	var requests []eventstore.Request
	for range 200 {
		r := newRequest()
		requests = append(requests, r)
		if _, err := x.Do(t.Context(), r, pay(stream, 1)); err != nil {
			t.Fatal(err)
		}
	}
	for _, executor := range []*eventstore.Executor{x, eventstore.NewExecutor(log, nil)} {
		for i, r := range requests {
			result, err := executor.Do(t.Context(), r, pay(stream, 1))
			if err != nil || !result.Replayed || result.First != eventstore.Position(i+1) {
				t.Fatalf("command %d: %+v, %v", i, result, err)
			}
		}
	}
}

func TestRacingDuplicatesAreAppliedOnce(t *testing.T) {
	log := newLog(t)
	executors := []*eventstore.Executor{eventstore.NewExecutor(log, nil), eventstore.NewExecutor(log, nil)}
	stream := uuid.New()
	for range 50 {
		r := newRequest()
		var callers sync.WaitGroup
		first := make(chan eventstore.Position, 8)
		original := make(chan struct{}, 8)
		for i := range 8 {
			callers.Go(func() {
				result, err := executors[i%2].Do(t.Context(), r, pay(stream, 1))
				if err != nil {
					t.Error(err)
				}
				if !result.Replayed {
					original <- struct{}{}
				}
				first <- result.First
			})
		}
		callers.Wait()
		if len(original) != 1 {
			t.Fatalf("%d callers were told that theirs was the first", len(original))
		}
		want := <-first
		for range 7 {
			if got := <-first; got != want {
				t.Fatalf("positions %d and %d", want, got)
			}
		}
	}
	if got := balance(t, executors[0], stream); got != 50 {
		t.Fatalf("balance %d", got)
	}
}

func TestRefusalsAreKept(t *testing.T) {
	log := newLog(t)
	x := eventstore.NewExecutor(log, nil)
	stream := uuid.New()
	decide := func(u *eventstore.Unit) error {
		return eventstore.Emit(u, accounts, stream, declined{"no cover"})
	}
	r := newRequest()
	for i, executor := range []*eventstore.Executor{x, x, eventstore.NewExecutor(log, nil)} {
		result, err := executor.Do(t.Context(), r, decide)
		if !errors.Is(err, errDeclined) || err.Error() != "declined: no cover" || result.First != 1 || result.Replayed != (i > 0) {
			t.Fatalf("call %d: %+v, %v", i+1, result, err)
		}
	}
	a, version, err := eventstore.LoadState(t.Context(), x, accounts, testBook, stream)
	if err != nil || a.Declined != 1 || version != 1 {
		t.Fatalf("%+v at %d, %v", a, version, err)
	}
}

// forgetful appends, and then does not know whether it did; or does not append, and does not know either.
type forgetful struct {
	eventstore.Log
	appends bool
}

func (f *forgetful) Append(ctx context.Context, book eventstore.Book, a eventstore.Append) (eventstore.Appended, error) {
	if f.appends {
		if _, err := f.Log.Append(ctx, book, a); err != nil {
			return eventstore.Appended{}, err
		}
	}
	f.appends = !f.appends
	return eventstore.Appended{}, eventstore.ErrOutcomeUnknown
}

func TestUnknownOutcomeIsFoundOut(t *testing.T) {
	for _, appends := range []bool{true, false} {
		log := newLog(t)
		x := eventstore.NewExecutor(&forgetful{Log: log, appends: appends}, nil)
		stream := uuid.New()
		result, err := x.Do(t.Context(), newRequest(), pay(stream, 7))
		if err != nil || result.First != 1 || result.Replayed {
			t.Fatalf("%+v, %v", result, err)
		}
		if got := balance(t, x, stream); got != 7 {
			t.Fatalf("balance %d", got)
		}
	}
}

// failing knows nothing of the outcome of the first append, which it makes, and then fails with what
// it is told to.
type failing struct {
	eventstore.Log
	tried              bool
	onRead, onSecond   error
	readsBeforeFailing int
}

func (f *failing) Append(ctx context.Context, book eventstore.Book, a eventstore.Append) (eventstore.Appended, error) {
	if f.tried {
		return eventstore.Appended{}, f.onSecond
	}
	f.tried = true
	if f.onSecond == nil {
		if _, err := f.Log.Append(ctx, book, a); err != nil {
			return eventstore.Appended{}, err
		}
	}
	return eventstore.Appended{}, eventstore.ErrOutcomeUnknown
}

func (f *failing) ReadStream(ctx context.Context, book eventstore.Book, stream uuid.UUID, after eventstore.Version) ([]eventstore.Event, error) {
	if err := f.fail(); err != nil {
		return nil, err
	}
	return f.Log.ReadStream(ctx, book, stream, after)
}

func (f *failing) ReadBook(ctx context.Context, book eventstore.Book, after eventstore.Position, limit int) ([]eventstore.Event, error) {
	if err := f.fail(); err != nil {
		return nil, err
	}
	return f.Log.ReadBook(ctx, book, after, limit)
}

func (f *failing) fail() error {
	if !f.tried || f.onRead == nil {
		return nil
	}
	if f.readsBeforeFailing--; f.readsBeforeFailing >= 0 {
		return nil
	}
	return f.onRead
}

// A call that could not find out what became of its append says so, whatever went wrong then.
func TestDoubtIsTold(t *testing.T) {
	away := errors.New("the database is away")
	for name, log := range map[string]*failing{
		"the stream cannot be read":       {onRead: away},
		"the first result cannot be read": {onRead: away, readsBeforeFailing: 1},
		"the second append fails":         {onSecond: away},
		"the second append is cancelled":  {onSecond: context.Canceled},
		"the second append is too late":   {onSecond: eventstore.ErrConflict},
	} {
		log.Log = newLog(t)
		x := eventstore.NewExecutor(log, nil, eventstore.WithAttempts(2))
		_, err := x.Do(t.Context(), newRequest(), pay(uuid.New(), 7))
		if cause := errors.Join(log.onRead, log.onSecond); !errors.Is(err, eventstore.ErrOutcomeUnknown) || errors.Is(cause, away) != errors.Is(err, away) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A decision that refuses has looked, and the command was not there.
	log := &failing{Log: newLog(t), onSecond: away}
	x := eventstore.NewExecutor(log, nil)
	_, err := x.Do(t.Context(), newRequest(), func(u *eventstore.Unit) error {
		if _, _, err := eventstore.Load(u, accounts, uuid.Max); err != nil {
			return err
		}
		if log.tried {
			return errShort
		}
		return eventstore.Emit(u, accounts, uuid.Max, paid{1})
	})
	if !errors.Is(err, errShort) || errors.Is(err, eventstore.ErrOutcomeUnknown) {
		t.Errorf("refused on the latest state: %v", err)
	}
}
