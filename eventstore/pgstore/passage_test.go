package pgstore

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
)

// openBook opens stores of one database, and book 1 in it.
func openBook(t *testing.T, stores int, clock eventstore.Clock) (opened []*Store) {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), pgtest.Database(t, Migrations))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	for range stores {
		s := New(pool, clock)
		t.Cleanup(s.Close)
		if err := s.OpenBook(t.Context(), 1, 1); err != nil {
			t.Fatal(err)
		}
		opened = append(opened, s)
	}
	return opened
}

func oneEvent() eventstore.Append {
	return eventstore.Append{Command: uuid.New(), Actor: "test", Epoch: 1, Streams: []eventstore.StreamAppend{
		{Stream: uuid.New(), Events: []eventstore.NewEvent{{Type: "test.happened", Schema: 1, Data: []byte(`{}`)}}},
	}}
}

// A staged batch is in the log after the one before it, and not at all without it.
func TestStagedBatchFollowsTheOneBefore(t *testing.T) {
	for name, landed := range map[string]bool{"is in the log": true, "is not": false} {
		t.Run(name, func(t *testing.T) {
			now := time.Now()
			s := openBook(t, 1, func() time.Time { return now })[0]
			for range soloAfter + 2 {
				if _, err := s.Append(t.Context(), 1, oneEvent()); err != nil {
					t.Fatal(err)
				}
			}
			c := s.openCommitter(1)
			had := c.end.last
			flights := [2]*flight{{committer: c}, {committer: c}}
			var batches [2][]*pending
			var passages [2]*passage
			for i, f := range flights {
				l, err := f.open(time.Now().Add(connectFor))
				if err != nil {
					t.Fatal(err)
				}
				at, err := c.stand(l)
				if err != nil {
					t.Fatal(err)
				}
				batches[i] = []*pending{newPending(t.Context(), oneEvent()), newPending(t.Context(), oneEvent())}
				passages[i] = c.depart(l, at, batches[i], way{blindly: true})
				if i == 0 {
					if passages[0].course != blind {
						t.Fatalf("course %d", passages[0].course)
					}
					_, where := f.buffers.behind(1, &passages[0].base, s.now(), batches[0], false)
					c.promise(passages[0], batches[0], where)
				}
			}
			if passages[1].course != staged {
				t.Fatalf("course %d", passages[1].course)
			}
			type sent struct {
				where place
				added bool
				err   error
			}
			second := make(chan sent, 1)
			go func() {
				where, added, err := flights[1].sendBehind(passages[1], batches[1])
				second <- sent{where, added, err}
			}()
			c.mu.Lock()
			for !passages[1].written {
				c.changed.Wait()
			}
			c.mu.Unlock()
			if head, err := s.Head(t.Context(), 1); err != nil || head.Position != had {
				t.Fatalf("at %d, %v: it can be read before the one before it", head.Position, err)
			}
			var where place
			if landed {
				var err error
				if where, _, err = flights[0].sendBehind(passages[0], batches[0]); err != nil {
					t.Fatal(err)
				}
			}
			c.settle(passages[0], batches[0], where, landed)
			got := <-second
			if got.added != landed || errors.Is(got.err, errTakenBack) == landed {
				t.Fatalf("added %v, %v", got.added, got.err)
			}
			c.settle(passages[1], batches[1], got.where, got.added)
			want := had
			if landed {
				want += 4
			}
			if last, err := s.CheckBatches(t.Context(), 1); err != nil || last != want {
				t.Errorf("right up to %d, not %d: %v", last, want, err)
			}
		})
	}
}

// What guards a stream that is being written to is not staged: it would not see what was written.
func TestGuardsAreNotStagedBehindWhatTheyGuard(t *testing.T) {
	s := openBook(t, 1, time.Now)[0]
	for range soloAfter + 2 {
		if _, err := s.Append(t.Context(), 1, oneEvent()); err != nil {
			t.Fatal(err)
		}
	}
	c := s.openCommitter(1)
	at := &leaf{first: 1, last: 1 << 40}
	writing, guarding := oneEvent(), oneEvent()
	guarding.Streams = append(guarding.Streams, eventstore.StreamAppend{Stream: writing.Streams[0].Stream})
	batches := [2][]*pending{{newPending(t.Context(), writing)}, {newPending(t.Context(), guarding)}}
	c.mu.Lock()
	c.busy[writing.Streams[0].Stream] = struct{}{}
	c.mu.Unlock()
	first := c.depart(nil, at, batches[0], way{blindly: true})
	c.promise(first, batches[0], place{first: first.base.last + 1, recordedAt: time.Now()})
	departed := make(chan *passage, 1)
	go func() { departed <- c.depart(nil, at, batches[1], way{blindly: true}) }()
	select {
	case p := <-departed:
		t.Fatalf("departs at once, on course %d", p.course)
	case <-time.After(50 * time.Millisecond):
	}
	c.settle(first, batches[0], place{}, false)
	second := <-departed
	if second.course != blind {
		t.Errorf("course %d", second.course)
	}
	c.settle(second, batches[1], place{}, false)
}

// Whoever comes to a book that another process keeps busy gets in.
func TestNobodyIsKeptOut(t *testing.T) {
	stores := openBook(t, 2, time.Now)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var writers sync.WaitGroup
	var busy, events atomic.Int64
	for range 48 {
		writers.Go(func() {
			for ctx.Err() == nil {
				if _, err := stores[0].Append(context.WithoutCancel(ctx), 1, oneEvent()); err != nil {
					t.Error(err)
					return
				}
				busy.Add(1)
				events.Add(1)
			}
		})
	}
	for busy.Load() < 2000 && !t.Failed() {
		time.Sleep(time.Millisecond)
	}
	for range 25 {
		began := time.Now()
		within, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		_, err := stores[1].Append(within, 1, oneEvent())
		cancel()
		if err != nil {
			t.Fatalf("after %s: %v", time.Since(began), err)
		}
		events.Add(1)
		time.Sleep(5 * time.Millisecond) // the other one goes blindly again
	}
	stop()
	writers.Wait()
	if last, err := stores[1].CheckBatches(t.Context(), 1); err != nil || int64(last) != events.Load() {
		t.Errorf("right up to %d of %d: %v", last, events.Load(), err)
	}
}

// After a connection broke, the database may be an older one: nothing follows an end that it may not have.
func TestOlderDatabase(t *testing.T) {
	s := openBook(t, 1, time.Now)[0]
	for range soloAfter + 6 {
		if _, err := s.Append(t.Context(), 1, oneEvent()); err != nil {
			t.Fatal(err)
		}
	}
	had := s.openCommitter(1).end.last
	for _, statement := range []string{
		`DELETE FROM ledger.events WHERE book = 1 AND position > $1`,
		`DELETE FROM ledger.batches WHERE book = 1 AND last_position > $1`,
		`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND query NOT LIKE 'LISTEN%' AND $1 > 0`,
	} {
		if _, err := s.pool.Exec(t.Context(), statement, int64(had-3)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range eventstore.Position(8) {
		if appended, err := s.Append(t.Context(), 1, oneEvent()); err != nil || appended.First != had-2+i {
			t.Fatalf("append %d: %+v, %v", i, appended, err)
		}
	}
	s.pool.Reset()
	if last, err := s.CheckBatches(t.Context(), 1); err != nil || last != had+5 {
		t.Errorf("right up to %d, not %d: %v", last, had+5, err)
	}
}
