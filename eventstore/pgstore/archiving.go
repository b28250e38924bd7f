package pgstore

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"loanledger/eventstore"
	"loanledger/eventstore/archive"
)

// Reasons why a leaf cannot be archived or restored now.
var (
	// ErrHot: the leaf is still written to, or will be.
	ErrHot = errors.New("the leaf is not full yet")
	// ErrFollowed: a cursor has not come to the end of the leaf.
	ErrFollowed = errors.New("the leaf is still needed by a follower")
	// ErrAlreadyArchived: the leaf was archived before.
	ErrAlreadyArchived = errors.New("the leaf is archived already")
	// ErrNotArchived: the leaf is not archived.
	ErrNotArchived = errors.New("the leaf is not archived")
	// ErrArchiving: another process archives or restores a leaf of the book.
	ErrArchiving = errors.New("another process is archiving the book")
)

// Ended answers which of some streams have come to their end: nobody will ever ask for their data
// again, except from the archive.
type Ended func(ctx context.Context, streams []uuid.UUID) ([]uuid.UUID, error)

// Archived is what became of a leaf that was archived.
type Archived struct {
	archive.File
	Streams int64 // how many have events in the leaf
	Ended   int64 // of those, how many have their data in the file alone now
}

// ArchiveLeaf writes the whole leaf that begins with a position to a file of a folder, reads the file
// back and checks it, and only then removes from the database the data and the sealed parts of the
// streams that have ended and have no event after the leaf. What else there is of an event stays, so
// that no version, no position and no command can be used twice. The service may run meanwhile: appends
// to the book and readers of all wait for some milliseconds.
//
// A file of an earlier try that has the leaf's very events is used again. Errors: ErrHot, ErrFollowed,
// ErrAlreadyArchived, ErrArchiving, ErrBroken, eventstore.ErrUnknownBook, those of the package archive.
func (s *Store) ArchiveLeaf(ctx context.Context, book eventstore.Book, first eventstore.Position, dir string, ended Ended) (Archived, error) {
	done := Archived{}
	err := s.withLeaf(ctx, book, first, func(w *leafWork) error {
		if err := w.mayGo(ctx); err != nil {
			return err
		}
		if err := w.write(ctx, dir); err != nil {
			return err
		}
		file, ends, err := w.check(ctx, filepath.Join(dir, w.part.Name()))
		if err != nil {
			return err
		}
		if err := w.checkEnds(ctx, ends); err != nil {
			return err
		}
		done.File, done.Streams = file, int64(len(w.streams))
		done.Ended, err = w.slim(ctx, file, ended)
		return err
	})
	if err != nil {
		return Archived{}, fmt.Errorf("archive positions from %d of book %d: %w", first, book, err)
	}
	return done, nil
}

// leafWork is archiving or restoring a leaf, on a connection of its own.
type leafWork struct {
	store   *Store
	conn    *pgx.Conn
	leaf    Leaf
	part    archive.Part
	streams map[uuid.UUID]struct{} // in the leaf, once its file was read
}

// withLeaf lets one process at a time work on a leaf of a book.
func (s *Store) withLeaf(ctx context.Context, book eventstore.Book, first eventstore.Position, do func(*leafWork) error) (err error) {
	w := &leafWork{store: s}
	if w.conn, err = pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig); err != nil {
		return err
	}
	defer w.conn.Close(context.WithoutCancel(ctx))
	// Streams are looked up by their index, one by one, however many leaves there are.
	if _, err := w.conn.Exec(ctx, `SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off`); err != nil {
		return err
	}
	var free bool
	if err := w.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, $2)`, archiveSpace, int32(book)).Scan(&free); err != nil {
		return err
	}
	if !free {
		return ErrArchiving
	}
	defer func() {
		_, unlockErr := w.conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1, $2)`, archiveSpace, int32(book))
		err = errors.Join(err, unlockErr)
	}()
	leaves, err := s.Leaves(ctx, book)
	if err != nil {
		return err
	}
	for _, l := range leaves {
		if l.First == first {
			w.leaf, w.part = l, archive.Part{Book: book, First: l.First, Last: l.Last}
			return do(w)
		}
	}
	return errors.New("no leaf begins there")
}

// archiveSpace is the first half of the advisory lock keys of archiving; the second is the book.
const archiveSpace = lockSpace + 1

// mayGo says why the leaf cannot be archived, if it cannot.
func (w *leafWork) mayGo(ctx context.Context) error {
	if w.leaf.Archive != "" {
		return ErrAlreadyArchived
	}
	head, err := w.store.Head(ctx, w.part.Book)
	if err != nil {
		return err
	}
	if head.Position < w.part.Last {
		return ErrHot
	}
	var name string
	var position eventstore.Position
	err = w.conn.QueryRow(ctx, `SELECT name, position FROM ledger.cursors WHERE book = $1 AND position < $2 ORDER BY position LIMIT 1`,
		int32(w.part.Book), w.part.Last).Scan(&name, &position)
	if err == nil {
		return fmt.Errorf("%w: %s is at position %d", ErrFollowed, name, position)
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}

// batches is the batches that have events in the leaf, and the chain of the one before them.
func (w *leafWork) batches(ctx context.Context) (before []byte, batches []batchRow, err error) {
	rows, err := w.conn.Query(ctx, `SELECT first_position, last_position, epoch, recorded_at, chain FROM ledger.batches
		WHERE book = $1 AND last_position >= $2 AND last_position <= coalesce(
			(SELECT last_position FROM ledger.batches WHERE book = $1 AND last_position >= $3 ORDER BY last_position LIMIT 1), $3)
		ORDER BY last_position`, int32(w.part.Book), w.part.First, w.part.Last)
	if err != nil {
		return nil, nil, err
	}
	if batches, err = pgx.CollectRows(rows, pgx.RowToStructByPos[batchRow]); err != nil || len(batches) == 0 {
		return nil, nil, errors.Join(err, fmt.Errorf("%w: the leaf has no batches", ErrBroken))
	}
	err = w.conn.QueryRow(ctx, `SELECT chain FROM ledger.batches WHERE book = $1 AND last_position = $2`,
		int32(w.part.Book), batches[0].FirstPosition-1).Scan(&before)
	if errors.Is(err, pgx.ErrNoRows) {
		err = fmt.Errorf("%w: book %d, position %d: the batch before is missing", ErrBroken, w.part.Book, batches[0].FirstPosition)
	}
	return before, batches, err
}

// write writes the file, unless it is there already.
func (w *leafWork) write(ctx context.Context, dir string) error {
	before, batches, err := w.batches(ctx)
	if err != nil {
		return err
	}
	file, err := archive.Create(dir, archive.Header{Part: w.part, Before: before})
	if errors.Is(err, archive.ErrExists) {
		return nil // of a try that ended early; it is checked all the same
	}
	if err != nil {
		return err
	}
	scan := eventstore.Scan{Book: w.part.Book, After: w.part.First - 1, UpTo: w.part.Last}
	next := 0
	err = w.store.Scan(ctx, scan, func(_ context.Context, events []eventstore.Event) error {
		for i := range events {
			file.Event(&events[i])
			for next < len(batches) && min(batches[next].LastPosition, w.part.Last) == events[i].Position {
				b := batches[next]
				file.Batch(archive.Batch{First: b.FirstPosition, Last: b.LastPosition, Epoch: b.Epoch, RecordedAt: b.RecordedAt, Chain: b.Chain})
				next++
			}
		}
		return nil
	})
	if err != nil {
		file.Abort()
		return err
	}
	_, err = file.Finish()
	return err
}
