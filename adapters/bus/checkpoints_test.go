package bus_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"loanledger/adapters/bus"
	"loanledger/eventstore"
	"loanledger/eventstore/tree"
)

// registry is signed heads in memory.
type registry struct {
	mu   sync.Mutex
	kept map[eventstore.Book][]tree.Checkpoint
}

func (r *registry) sign(book eventstore.Book, count int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for range count {
		n := int64(len(r.kept[book]) + 1)
		r.kept[book] = append(r.kept[book], tree.Checkpoint{
			Head: tree.Head{Size: (n + 1) / 2 * 10}, Book: book, Number: n, Note: fmt.Sprintf("note %d of book %d", n, book), // two of a size: a handover
		})
	}
}

func (r *registry) CheckpointsAfter(_ context.Context, book eventstore.Book, number int64, limit int) ([]tree.Checkpoint, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.kept[book]
	if number >= int64(len(all)) {
		return nil, nil
	}
	return all[number:min(number+int64(limit), int64(len(all)))], nil
}

// lockedBuffer is a log that may be read while it is written.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// cry starts publishing; the answer stops it.
func (s *scene) cry(r *registry, logger *slog.Logger) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	h := bus.Herald{From: r, Conn: s.broker.connect(), Directory: s.books, Lock: s.locks.lock, Logger: logger}
	go func() { done <- h.Run(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		s.must(<-done)
	})
}

// heard waits for so many checkpoints of a book, and checks that they are there in order, each once.
func (s *scene) heard(r *registry, subject string, book eventstore.Book, count int) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for number := int64(0); number < int64(count); {
		stream, err := s.broker.jetstream().Stream(ctx, bus.CheckpointStreamName)
		if err == nil {
			consumer, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{FilterSubjects: []string{subject}})
			s.must(err)
			number = 0
			for pending := consumer.CachedInfo().NumPending; pending > 0; pending-- {
				m, err := consumer.Next()
				s.must(err)
				if number++; string(m.Data()) != fmt.Sprintf("note %d of book %d", number, book) {
					s.Fatalf("message %d is %s", number, m.Data())
				}
			}
		}
		if ctx.Err() != nil || number > int64(count) {
			s.Fatalf("%d checkpoints of %d", number, count)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Checkpoints are published for each book in the order of signing, and those that were signed while
// the broker was away come when it is back.
func TestCheckpointsAreWitnessed(t *testing.T) {
	s := newScene(t, directory{1: "smartcash", 2: "cashper"})
	r := &registry{kept: map[eventstore.Book][]tree.Checkpoint{}}
	r.sign(1, 3)
	r.sign(2, 500)
	defer s.cry(r, quiet())()
	s.heard(r, "ledger.checkpoint.smartcash.1", 1, 3)
	s.heard(r, "ledger.checkpoint.cashper.2", 2, 500)
	r.sign(1, 2)
	s.heard(r, "ledger.checkpoint.smartcash.1", 1, 5)
	s.broker.stop()
	r.sign(1, 2)
	s.broker.start()
	r.sign(1, 1)
	s.heard(r, "ledger.checkpoint.smartcash.1", 1, 8)
	s.heard(r, "ledger.checkpoint.cashper.2", 2, 500)
}

// Another process goes on where the first one ended, and says so when the database has other
// checkpoints than were published.
func TestCheckpointsOfAnotherPastAreNotPublished(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	r := &registry{kept: map[eventstore.Book][]tree.Checkpoint{}}
	r.sign(1, 3)
	stop := s.cry(r, quiet())
	s.heard(r, "ledger.checkpoint.smartcash.1", 1, 3)
	stop()
	r.sign(1, 3)
	stop = s.cry(r, quiet())
	s.heard(r, "ledger.checkpoint.smartcash.1", 1, 6)
	stop()

	r.kept[1] = r.kept[1][:4] // the database is an older one
	var said lockedBuffer
	stop = s.cry(r, slog.New(slog.NewTextHandler(&said, nil)))
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(said.String(), "not the one in the database"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("nobody says that the checkpoints are others: %s", said.String())
		}
	}
	r.sign(1, 5)
	stop()
	s.heard(r, "ledger.checkpoint.smartcash.1", 1, 6)
}

// A stream that let its messages go is not filled with the past again.
func TestCheckpointsThatGrewOldStayAway(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	r := &registry{kept: map[eventstore.Book][]tree.Checkpoint{}}
	r.sign(1, 6)
	stop := s.cry(r, quiet())
	s.heard(r, "ledger.checkpoint.smartcash.1", 1, 6)
	for s.locks.note(1) != 30 { // the size of the sixth
		time.Sleep(time.Millisecond)
	}
	stop()
	stream, err := s.broker.jetstream().Stream(t.Context(), bus.CheckpointStreamName)
	s.must(err)
	s.must(stream.Purge(t.Context()))
	r.sign(1, 2)
	defer s.cry(r, quiet())()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		info, err := stream.Info(t.Context())
		s.must(err)
		if last, err := stream.GetLastMsgForSubject(t.Context(), "ledger.checkpoint.smartcash.1"); err == nil && string(last.Data) == "note 8 of book 1" {
			if info, err = stream.Info(t.Context()); err != nil || info.State.Msgs != 2 {
				t.Errorf("%d messages, %v", info.State.Msgs, err)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v", info.State)
		}
	}
}
