package pgstore

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"loanledger/eventstore"
	"loanledger/eventstore/archive"
)

// WithArchive lets the store read archived data from files, so that what was archived can be verified
// and rebuilt like all the rest. It is for tools that go over whole books: a stream's old events are
// found by reading files from their beginning.
func WithArchive(a *archive.Archive) Option {
	return func(s *Store) { s.files = &archiveFiles{archive: a} }
}

// archiveFiles is the archive that a store reads from, by one reader at a time.
type archiveFiles struct {
	mu      sync.Mutex
	archive *archive.Archive
}

// archivedAt is the error of an event whose data is not in the database any more.
type archivedAt struct {
	book     eventstore.Book
	position eventstore.Position
}

func (e *archivedAt) Error() string {
	return fmt.Sprintf("position %d of book %d: %v", e.position, e.book, eventstore.ErrArchived)
}

func (e *archivedAt) Is(target error) bool { return target == eventstore.ErrArchived }

// nameRange makes of the error of one archived event that of the range that was archived with it.
func (s *Store) nameRange(ctx context.Context, err error) error {
	var at *archivedAt
	if !errors.As(err, &at) {
		return err
	}
	var first, last eventstore.Position
	var file string
	if s.pool.QueryRow(ctx, `SELECT first_position, last_position, archive FROM ledger.leaves
		WHERE book = $1 AND first_position <= $2 AND last_position >= $2 AND archive IS NOT NULL`,
		at.book, at.position).Scan(&first, &last, &file) != nil {
		return err // it says enough
	}
	return fmt.Errorf("positions %d to %d of book %d are in the file %s: %w", first, last, at.book, file, eventstore.ErrArchived)
}

// whole puts the archived data into events that were read without it. What the database has kept of
// them has to be what the files say. Of events for folding only the data is wanted.
func (s *Store) whole(events []eventstore.Event, folding bool) error {
	if s.files == nil {
		return nil
	}
	for i := 0; i < len(events); i++ {
		end := i
		for end < len(events) && events[end].Data == nil && events[end].Position == events[i].Position+eventstore.Position(end-i) {
			end++
		}
		if end == i {
			continue
		}
		if err := s.files.fill(events[i:end], folding); err != nil {
			return err
		}
		i = end - 1
	}
	return nil
}

// fill takes the data of a run of events from the files.
func (f *archiveFiles) fill(events []eventstore.Event, folding bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	at, first, last := 0, events[0].Position, events[len(events)-1].Position
	err := f.archive.Events(events[0].Book, first, last, func(e eventstore.Event) error {
		kept := &events[at]
		same := kept.Position == e.Position && kept.Stream == e.Stream && kept.Version == e.Version && kept.Type == e.Type &&
			kept.Schema == e.Schema && kept.RecordedAt.Equal(e.RecordedAt) &&
			(folding || kept.Command == e.Command && kept.Digest == e.Digest && kept.Actor == e.Actor)
		if !same {
			return fmt.Errorf("%w: book %d, position %d: the archive has another event", ErrBroken, e.Book, e.Position)
		}
		kept.Data = e.Data
		if !folding {
			kept.Personal = e.Personal
		}
		at++
		return nil
	})
	if errors.Is(err, archive.ErrMissing) {
		return fmt.Errorf("%w: %w", eventstore.ErrArchived, err)
	}
	return err
}
