package eventstore_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// counting counts the readings of single streams of a log.
type counting struct {
	eventstore.Log
	read int
}

func (c *counting) ReadStream(ctx context.Context, book eventstore.Book, stream uuid.UUID, after eventstore.Version) ([]eventstore.Event, error) {
	c.read++
	return c.Log.ReadStream(ctx, book, stream, after)
}

func TestPreloadedStreamsAreNotReadAgain(t *testing.T) {
	log := &counting{Log: newLog(t)}
	writer := eventstore.NewExecutor(log, nil)
	streams := make([]uuid.UUID, 700)
	for i := range streams {
		streams[i] = uuid.New()
		mustDo(t, writer, pay(streams[i], i+1))
	}
	r := newRequest()
	if _, err := writer.Do(t.Context(), r, pay(streams[5], 1000)); err != nil {
		t.Fatal(err)
	}
	x := eventstore.NewExecutor(log, nil)
	named := append([]uuid.UUID{uuid.New(), streams[0]}, streams...)
	if err := eventstore.Preload(t.Context(), x, accounts, testBook, named); err != nil {
		t.Fatal(err)
	}
	mustDo(t, writer, pay(streams[6], 1000)) // what was preloaded is old by now
	log.read = 0
	for i, stream := range streams {
		if i != 6 {
			mustDo(t, x, pay(stream, 1))
		}
	}
	if log.read != 0 {
		t.Errorf("%d streams were read one by one", log.read)
	}
	mustDo(t, x, pay(streams[6], 1))
	for i, stream := range streams {
		want := i + 2
		if i == 5 || i == 6 {
			want += 1000
		}
		if got := balance(t, x, stream); got != want {
			t.Fatalf("stream %d: balance %d, not %d", i, got, want)
		}
	}
	// A preloaded stream knows the commands that it has taken.
	if again, err := x.Do(t.Context(), r, pay(streams[5], 1000)); err != nil || !again.Replayed {
		t.Errorf("a repeated command: %+v, %v", again, err)
	}
	if err := eventstore.Preload(t.Context(), x, accounts, testBook+1, []uuid.UUID{uuid.New()}); !errors.Is(err, eventstore.ErrUnknownBook) {
		t.Errorf("an unknown book: %v", err)
	}
}
