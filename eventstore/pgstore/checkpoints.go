package pgstore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"loanledger/eventstore"
	"loanledger/eventstore/tree"
)

const checkpointColumns = `SELECT number, size, root, note, signed_at FROM ledger.checkpoints WHERE book = $1 `

// LastCheckpoint is the checkpoint that was signed last; the zero value where none was.
func (s *Store) LastCheckpoint(ctx context.Context, book eventstore.Book) (tree.Checkpoint, error) {
	return s.oneCheckpoint(ctx, book, checkpointColumns+`ORDER BY number DESC LIMIT 1`)
}

// CoveringCheckpoint is the first checkpoint that was stored over a position, which stays the same for
// ever; the zero value where there is none yet.
func (s *Store) CoveringCheckpoint(ctx context.Context, book eventstore.Book, position eventstore.Position) (tree.Checkpoint, error) {
	return s.oneCheckpoint(ctx, book, checkpointColumns+`AND size >= $2 ORDER BY size, number LIMIT 1`, int64(position))
}

// CheckpointsAfter is at most limit checkpoints after a number, in the order of signing.
func (s *Store) CheckpointsAfter(ctx context.Context, book eventstore.Book, number int64, limit int) ([]tree.Checkpoint, error) {
	return s.readCheckpoints(ctx, book, checkpointColumns+`AND number > $2 ORDER BY number LIMIT $3`, number, limit)
}

func (s *Store) oneCheckpoint(ctx context.Context, book eventstore.Book, sql string, args ...any) (tree.Checkpoint, error) {
	found, err := s.readCheckpoints(ctx, book, sql, args...)
	if err != nil || len(found) == 0 {
		return tree.Checkpoint{}, err
	}
	return found[0], nil
}

func (s *Store) readCheckpoints(ctx context.Context, book eventstore.Book, sql string, args ...any) (found []tree.Checkpoint, err error) {
	err = again(ctx, func() error {
		rows, err := s.pool.Query(ctx, sql, append([]any{int32(book)}, args...)...)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (tree.Checkpoint, error) {
			c := tree.Checkpoint{Book: book}
			var root []byte
			if err := row.Scan(&c.Number, &c.Size, &root, &c.Note, &c.SignedAt); err != nil {
				return c, err
			}
			if said, err := tree.ReadCheckpoint(c.Note); err == nil {
				c.Origin = said.Origin
			}
			copy(c.Root[:], root)
			c.SignedAt = c.SignedAt.UTC()
			return c, nil
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("checkpoints of book %d: %w", book, err)
	}
	return found, nil
}

// addCheckpoint stores the checkpoint that follows another; false when somebody else has been faster.
func (s *Store) addCheckpoint(ctx context.Context, to executor, c tree.Checkpoint) (bool, error) {
	tag, err := to.Exec(ctx, `INSERT INTO ledger.checkpoints (book, number, size, root, note, signed_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (book, number) DO NOTHING`,
		int32(c.Book), c.Number, c.Size, c.Root[:], c.Note, c.SignedAt)
	return err == nil && tag.RowsAffected() == 1, err
}

// lenderOf is whose a book is. Errors: ErrUnregistered.
func (s *Store) lenderOf(ctx context.Context, book eventstore.Book) (string, error) {
	var lender *string
	err := s.pool.QueryRow(ctx, `SELECT lender FROM ledger.books WHERE book = $1`, int32(book)).Scan(&lender)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", fmt.Errorf("book %d: %w", book, eventstore.ErrUnknownBook)
	case err != nil:
		return "", fmt.Errorf("book %d: %w", book, err)
	case lender == nil:
		return "", fmt.Errorf("book %d: %w", book, ErrUnregistered)
	}
	return *lender, nil
}

// ErrUnregistered: the book belongs to no lender yet, so that its log has no name to sign in.
var ErrUnregistered = errors.New("the book belongs to no lender yet")

// agree refuses a tree that a checkpoint was not signed over.
func (g *grown) agree(ctx context.Context, c tree.Checkpoint) error {
	if c.Size == 0 {
		return nil
	}
	if c.Size > g.Size() {
		return fmt.Errorf("%w: book %d, position %d: the log ends before it, checkpoint %d was signed over %d events",
			ErrBroken, g.book, g.Size()+1, c.Number, c.Size)
	}
	root, err := tlog.TreeHash(c.Size, g.hashes(ctx))
	if err != nil {
		return err
	}
	if root != c.Root {
		return fmt.Errorf("%w: book %d: its first %d events are not those that checkpoint %d was signed over", ErrBroken, g.book, c.Size, c.Number)
	}
	return nil
}
