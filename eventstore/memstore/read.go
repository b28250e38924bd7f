package memstore

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// ReadStream is the events of a stream after a version, in order; empty for an unknown stream.
func (s *Store) ReadStream(ctx context.Context, number eventstore.Book, stream uuid.UUID, after eventstore.Version) ([]eventstore.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if after < 0 {
		return nil, fmt.Errorf("read stream %s after version %d: below 0", stream, after)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.book(number)
	if err != nil {
		return nil, err
	}
	at := b.streams[stream]
	if int(after) >= len(at) {
		return nil, nil
	}
	events := make([]eventstore.Event, 0, len(at)-int(after))
	for _, i := range at[after:] {
		events = append(events, handOut(b.events[i]))
	}
	return events, nil
}

// ReadBook is at most limit events of a book after a position, in order and without gaps.
func (s *Store) ReadBook(ctx context.Context, number eventstore.Book, after eventstore.Position, limit int) ([]eventstore.Event, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if after < 0 || limit < 1 {
		return nil, fmt.Errorf("read %d events of book %d after position %d: out of range", limit, number, after)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.book(number)
	if err != nil {
		return nil, err
	}
	if int(after) >= len(b.events) {
		return nil, nil
	}
	rest := b.events[after:]
	events := make([]eventstore.Event, 0, min(limit, len(rest)))
	for _, e := range rest[:min(limit, len(rest))] {
		events = append(events, handOut(e))
	}
	return events, nil
}

// Head is the end of a book.
func (s *Store) Head(ctx context.Context, number eventstore.Book) (eventstore.Head, error) {
	if err := ctx.Err(); err != nil {
		return eventstore.Head{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b, err := s.book(number)
	if err != nil {
		return eventstore.Head{}, err
	}
	return eventstore.Head{Position: eventstore.Position(len(b.events)), Epoch: b.epoch, RecordedAt: b.recordedAt}, nil
}

// Wait returns once the book has an event after the position, or with the context's error.
func (s *Store) Wait(ctx context.Context, number eventstore.Book, after eventstore.Position) error {
	for {
		s.mu.Lock()
		b, err := s.book(number)
		if err != nil {
			s.mu.Unlock()
			return err
		}
		there, grown := eventstore.Position(len(b.events)) > after, b.grown
		s.mu.Unlock()
		if there {
			return nil
		}
		select {
		case <-grown:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// handOut copies what a caller could otherwise change in the log.
func handOut(e eventstore.Event) eventstore.Event {
	e.Data, e.Personal = append([]byte{}, e.Data...), cloneOptional(e.Personal)
	return e
}
