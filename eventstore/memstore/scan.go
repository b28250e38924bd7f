package memstore

import (
	"context"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// ReadStreams is the events of several streams from their beginnings, in the order in which the
// streams are named.
func (s *Store) ReadStreams(ctx context.Context, number eventstore.Book, streams []uuid.UUID) ([][]eventstore.Event, error) {
	if _, err := s.Head(ctx, number); err != nil {
		return nil, err
	}
	all := make([][]eventstore.Event, len(streams))
	for i, stream := range streams {
		events, err := s.ReadStream(ctx, number, stream, 0)
		if err != nil {
			return nil, err
		}
		all[i] = events
	}
	return all, nil
}

// Scan gives a stretch of a book to handle, chunk by chunk.
func (s *Store) Scan(ctx context.Context, scan eventstore.Scan, handle func(context.Context, []eventstore.Event) error) error {
	scan, err := scan.Bounded(ctx, s)
	if err != nil {
		return err
	}
	for at := scan.After; at < scan.UpTo; {
		n := min(eventstore.ScanChunk, scan.UpTo-at)
		events, err := s.ReadBook(ctx, scan.Book, at, int(n))
		if err != nil {
			return err
		}
		if err := eventstore.Complete(scan.Book, events, at, at+n); err != nil {
			return err
		}
		for i := range events {
			if e := &events[i]; scan.Folding {
				e.Command, e.Digest, e.Actor, e.Personal = uuid.Nil, eventstore.Digest{}, "", nil
			}
		}
		if err := handle(ctx, events); err != nil {
			return err
		}
		at += n
	}
	return nil
}
