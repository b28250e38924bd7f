package eventstore_test

import (
	"testing"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// What a command left is known without asking the log, whatever came after it; of a repeated command
// the log tells it.
func TestLoadAfter(t *testing.T) {
	log := &counted{Log: newLog(t)}
	x := eventstore.NewExecutor(log, nil)
	stream, r := uuid.New(), newRequest()
	first, err := x.Do(t.Context(), r, pay(stream, 1))
	if err != nil {
		t.Fatal(err)
	}
	mustDo(t, x, pay(stream, 10))
	again, err := x.Do(t.Context(), r, pay(stream, 1))
	if err != nil || !again.Replayed {
		t.Fatalf("%+v, %v", again, err)
	}
	for _, c := range []struct {
		result *eventstore.Result
		stream uuid.UUID
		want   int // the balance, and the version
		reads  bool
	}{
		{&first, stream, 1, false},
		{&again, stream, 1, true},
		{&first, uuid.New(), 0, true},
	} {
		log.reads = 0
		a, version, err := eventstore.LoadAfter(t.Context(), x, accounts, testBook, c.result, c.stream)
		if err != nil || a.Balance != c.want || int(version) != c.want || (log.reads > 0) != c.reads {
			t.Errorf("%+v at %d with %d reads, %v; want %+v", a, version, log.reads, err, c)
		}
	}
}
