package pgstore

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
)

// A batch that broke off is known again by what it holds. The same command from another process, with
// another decision, is not it.
func TestLookUpTellsBatchesApart(t *testing.T) {
	pool, err := pgxpool.New(t.Context(), pgtest.Database(t, Migrations))
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	s := New(pool, time.Now)
	defer s.Close()
	if err := s.OpenBook(t.Context(), 1, 1); err != nil {
		t.Fatal(err)
	}
	c, err := s.committer(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.connect(time.Now().Add(connectFor))
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	first, second := uuid.New(), uuid.New()
	decided := func(data string) []*pending {
		event := eventstore.NewEvent{Type: "test.happened", Schema: 1, Data: []byte(data)}
		a := eventstore.Append{Command: uuid.UUID{1}, Epoch: 1, Streams: []eventstore.StreamAppend{
			{Stream: first, Events: []eventstore.NewEvent{event}},
			{Stream: second, Events: []eventstore.NewEvent{event}},
		}}
		return []*pending{newPending(t.Context(), a)}
	}
	lookUp := func(batch []*pending) bool {
		var b batchBuffers
		b.call(1, batch, time.Now(), false)
		at, landed, err := c.lookUp(l, batch, b.sum)
		if err != nil || landed && at.first != 1 {
			t.Fatalf("at %d: %v", at.first, err)
		}
		return landed
	}
	if lookUp(decided("one")) {
		t.Error("found in an empty book")
	}
	if _, err := s.Append(t.Context(), 1, decided("one")[0].Append); err != nil {
		t.Fatal(err)
	}
	if !lookUp(decided("one")) {
		t.Error("not found again")
	}
	if lookUp(decided("another")) {
		t.Error("found in what another process decided")
	}
	if lookUp(append(decided("one"), decided("one")...)) {
		t.Error("found in a part of it")
	}
}
