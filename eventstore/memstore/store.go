// Package memstore is an event log in memory, for tests and simulations. It keeps the same contract
// as the Postgres store and loses everything with the process.
package memstore

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// Store is a log in memory. The zero value is not ready; use New.
type Store struct {
	clock eventstore.Clock
	mu    sync.Mutex
	books map[eventstore.Book]*book
}

type book struct {
	epoch      int64
	recordedAt time.Time
	events     []eventstore.Event
	streams    map[uuid.UUID][]int // indexes into events
	grown      chan struct{}       // closed by the next append
}

var _ eventstore.Log = (*Store)(nil)

// New is an empty store whose events are recorded at the clock's time, cut to microseconds.
func New(clock eventstore.Clock) *Store {
	return &Store{clock: clock, books: map[eventstore.Book]*book{}}
}

// OpenBook makes a book with a first era, if it is not there yet.
func (s *Store) OpenBook(_ context.Context, number eventstore.Book, epoch int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.books[number] == nil {
		s.books[number] = &book{
			epoch: epoch, recordedAt: s.now(),
			streams: map[uuid.UUID][]int{}, grown: make(chan struct{}),
		}
	}
	return nil
}

// Append adds events to streams of one book, all or nothing.
func (s *Store) Append(ctx context.Context, number eventstore.Book, a eventstore.Append) (eventstore.Appended, error) {
	if err := ctx.Err(); err != nil {
		return eventstore.Appended{}, err
	}
	if err := a.Validate(); err != nil {
		return eventstore.Appended{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.book(number)
	if err != nil {
		return eventstore.Appended{}, err
	}
	if a.Epoch != b.epoch {
		return eventstore.Appended{}, fmt.Errorf("book %d is in era %d, not %d: %w", number, b.epoch, a.Epoch, eventstore.ErrConflict)
	}
	for i := range a.Streams {
		if at := eventstore.Version(len(b.streams[a.Streams[i].Stream])); at != a.Streams[i].Expected {
			return eventstore.Appended{}, fmt.Errorf("stream %s is at version %d, not %d: %w",
				a.Streams[i].Stream, at, a.Streams[i].Expected, eventstore.ErrConflict)
		}
	}
	if now := s.now(); now.After(b.recordedAt) {
		b.recordedAt = now
	}
	first := eventstore.Position(len(b.events) + 1)
	for i := range a.Streams {
		b.add(number, &a, &a.Streams[i])
	}
	if a.NextEpoch != 0 {
		b.epoch = a.NextEpoch
	}
	close(b.grown)
	b.grown = make(chan struct{})
	return eventstore.Appended{First: first, Last: eventstore.Position(len(b.events)), RecordedAt: b.recordedAt}, nil
}

func (b *book) add(number eventstore.Book, a *eventstore.Append, run *eventstore.StreamAppend) {
	for j := range run.Events {
		e := &run.Events[j]
		b.streams[run.Stream] = append(b.streams[run.Stream], len(b.events))
		b.events = append(b.events, eventstore.Event{
			Book: number, Position: eventstore.Position(len(b.events) + 1),
			Stream: run.Stream, Version: run.Expected + eventstore.Version(j) + 1,
			Type: e.Type, Schema: e.Schema, RecordedAt: b.recordedAt,
			Command: a.Command, Digest: a.Digest, Actor: a.Actor,
			Data: append([]byte{}, e.Data...), Personal: cloneOptional(e.Personal),
		})
	}
}

func (s *Store) book(number eventstore.Book) (*book, error) {
	b := s.books[number]
	if b == nil {
		return nil, fmt.Errorf("book %d: %w", number, eventstore.ErrUnknownBook)
	}
	return b, nil
}

func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// cloneOptional copies bytes and keeps the difference between none and empty.
func cloneOptional(b []byte) []byte {
	if b == nil {
		return nil
	}
	return append([]byte{}, b...)
}
