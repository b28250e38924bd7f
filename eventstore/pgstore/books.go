package pgstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"loanledger/eventstore"
)

// ErrBookTaken: the book belongs to another lender.
var ErrBookTaken = errors.New("the book belongs to another lender")

var errClosed = errors.New("the event store is closed")

// Book is a book and whose it is.
type Book struct {
	Book     eventstore.Book
	Lender   string // the lender's code, empty until it is registered
	OpenedAt time.Time
}

// OpenBook makes a book with a first era, and its first leaf, if it is not there yet.
func (s *Store) OpenBook(ctx context.Context, book eventstore.Book, epoch int64) error {
	if book == 0 {
		return fmt.Errorf("open book 0: %w", eventstore.ErrUnknownBook)
	}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, 0)`, lockSpace); err != nil {
			return err
		}
		var open bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM ledger.books WHERE book = $1)`, book).Scan(&open); err != nil || open {
			return err
		}
		now := s.now()
		if _, err := tx.Exec(ctx, `INSERT INTO ledger.books (book, opened_at, leaf_events) VALUES ($1, $2, $3)`, book, now, s.leafEvents); err != nil {
			return err
		}
		if err := addLeafIn(ctx, tx, book, 1); err != nil {
			return err
		}
		genesis := genesisChain(book)
		_, err := tx.Exec(ctx, `INSERT INTO ledger.batches (book, first_position, last_position, epoch, recorded_at, chain)
			VALUES ($1, 1, 0, $2, $3, $4)`, book, epoch, now, genesis[:])
		return err
	})
	if err != nil {
		return fmt.Errorf("open book %d: %w", book, err)
	}
	return nil
}

// RegisterBook says which lender a book belongs to, by the lender's code. Saying it again changes
// nothing; another lender is refused with ErrBookTaken.
func (s *Store) RegisterBook(ctx context.Context, book eventstore.Book, lender string) error {
	var holder string
	err := s.pool.QueryRow(ctx, `UPDATE ledger.books SET lender = coalesce(lender, $2) WHERE book = $1 RETURNING lender`,
		book, lender).Scan(&holder)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return fmt.Errorf("register book %d: %w", book, eventstore.ErrUnknownBook)
	case err != nil:
		return fmt.Errorf("register book %d: %w", book, err)
	case holder != lender:
		return fmt.Errorf("register book %d for %s, not %s: %w", book, holder, lender, ErrBookTaken)
	}
	return nil
}

// Books lists the books that were opened, by number.
func (s *Store) Books(ctx context.Context) ([]Book, error) {
	rows, err := s.pool.Query(ctx, `SELECT book, coalesce(lender, '') AS lender, opened_at FROM ledger.books ORDER BY book`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Book, error) {
		var b Book
		err := row.Scan(&b.Book, &b.Lender, &b.OpenedAt)
		b.OpenedAt = b.OpenedAt.UTC()
		return b, err
	})
}

// mustBeOpen answers ErrUnknownBook for a book that was never opened. Books are never closed, so one
// that is known to be open is not asked for again.
func (s *Store) mustBeOpen(ctx context.Context, book eventstore.Book) error {
	s.mu.Lock()
	known := s.tails[book] != nil
	s.mu.Unlock()
	if known {
		return nil
	}
	head, err := s.Head(ctx, book)
	if err != nil {
		return err
	}
	s.advance(book, head.Position)
	return nil
}
