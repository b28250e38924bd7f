package projections_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
)

// A process that is killed in the middle of its work is taken over from, and nothing is lost or
// written twice.
func TestKilledRunner(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.RUB, randomSeed(t))
	for range 4 {
		process := exec.Command(os.Args[0])
		process.Env = append(os.Environ(), runnerOf+"="+s.url)
		process.Stderr = os.Stderr
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		from := l.head()
		l.days(8, 25)
		s.await(l.book, from+1)
		l.days(4, 25)
		if err := process.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = process.Wait() // it was killed
	}
	r := s.runner()
	s.run(r, l.book)
	s.catchUp(r, l)
	s.sameAsReplay()
}

// Connections that break are like a kill, and the runner goes on by itself.
func TestBrokenConnections(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.EUR, randomSeed(t))
	other := openScene(t, s.url)
	r := other.runner()
	other.run(r, l.book)
	for range 6 {
		l.days(3, 25)
		_, err := s.pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		if err != nil {
			t.Fatal(err)
		}
		s.pool.Reset()
		other.pool.Reset()
	}
	s.catchUp(r, l)
	s.sameAsReplay()
}

func TestOneRunnerAtATime(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.RUB, randomSeed(t))
	first, second := s.runner(), openScene(t, s.url).runner()
	stop := s.run(first, l.book)
	l.days(5, 25)
	s.catchUp(first, l)
	s.run(second, l.book)
	l.days(5, 25)
	s.catchUp(second, l) // it is told how far the first one has come
	if !first.Health(l.book).Follows || second.Health(l.book).Follows {
		t.Errorf("first %+v, second %+v", first.Health(l.book), second.Health(l.book))
	}
	stop()
	l.days(5, 25)
	s.catchUp(second, l)
	if h := second.Health(l.book); !h.Follows || h.Position != l.head() || first.Health(l.book).Follows {
		t.Errorf("after the first one has ended: first %+v, second %+v", first.Health(l.book), h)
	}
	s.sameAsReplay()
}

// An event that cannot be projected stops the runner where it stands, with all before it written.
func TestPoison(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.RUB, randomSeed(t))
	l.days(3, 25)
	good := l.head()
	for _, poison := range []eventstore.NewEvent{
		{Type: "loan.evaporated", Schema: 1, Data: []byte(`{}`)},
		encoded(t, loan.Repaid{On: date.MustParse("2026-03-21"), Currency: money.JPY, Amount: money.New(1, money.JPY)}),
	} {
		head := l.head()
		id := uuid.New()
		stream := eventstore.StreamAppend{Stream: id, Events: []eventstore.NewEvent{poison}}
		if poison.Type == "loan.repaid" { // in another currency, to a loan
			stream.Stream, stream.Expected = l.loans[0], l.versions[l.loans[0]]
		}
		if _, err := s.store.Append(t.Context(), 1, eventstore.Append{Command: id, Actor: "test", Epoch: 1, Streams: []eventstore.StreamAppend{stream}}); err != nil {
			t.Fatal(err)
		}
		l.versions[stream.Stream]++
		l.days(1, 25)
		r := s.runner()
		err := r.Run(t.Context(), 1)
		found := (*projections.Poison)(nil)
		if !errors.As(err, &found) || found.Position != head+1 || !strings.Contains(err.Error(), "position") {
			t.Fatalf("%s: the runner ended with %v, not at position %d", poison.Type, err, head+1)
		}
		h := r.Health(1)
		if h.Follows || h.Stopped == nil {
			t.Errorf("%s: %+v", poison.Type, h)
		}
		if err := r.WaitFor(t.Context(), 1, head+1); !errors.As(err, &found) {
			t.Errorf("%s: a reader was told %v", poison.Type, err)
		}
		if at := s.position(1); at > head {
			t.Errorf("%s: position %d was saved", poison.Type, at)
		}
		if poison.Type == "loan.evaporated" {
			if at := s.position(1); at != good {
				t.Errorf("written up to %d, not to %d", at, good)
			}
			s.forget(head + 1)
		}
	}
}

// forget makes a poison harmless, so that a test can go on.
func (s *scene) forget(position eventstore.Position) {
	s.t.Helper()
	harmless := encoded(s.t, borrower.LoanStarted{On: date.MustParse("2026-03-21")})
	if _, err := s.pool.Exec(s.t.Context(), `UPDATE ledger.events SET type = $2, data = $3 WHERE position = $1`,
		int64(position), harmless.Type, harmless.Data); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) position(book eventstore.Book) eventstore.Position {
	s.t.Helper()
	at, err := s.store.CursorPosition(s.t.Context(), projections.CursorName, book)
	if err != nil {
		s.t.Fatal(err)
	}
	return at
}

// await waits until somebody has written the projections up to a position.
func (s *scene) await(book eventstore.Book, position eventstore.Position) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	if err := s.runner().WaitFor(ctx, book, position); err != nil {
		s.t.Fatal(err)
	}
}

// sameAsReplay verifies everything.
func (s *scene) sameAsReplay() {
	s.t.Helper()
	if err := projections.Verify(s.t.Context(), s.pool, s.store, nil, func(projections.Check) {}); err != nil {
		s.t.Error(err)
	}
}
