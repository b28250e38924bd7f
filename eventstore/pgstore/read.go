package pgstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"loanledger/eventstore"
	"loanledger/eventstore/archive"
)

// Book positions have no gaps, so a range of them is a limit too, and unlike a LIMIT it tells the
// planner how few rows there will be.
//
// The book and the position from which on to look are part of the text: a statement is planned once
// for the leaves that it needs, and Postgres keeps that plan. There are as many texts as leaves.
const (
	readBookSQL = `SELECT ` + eventColumns + ` FROM ledger.events
		WHERE book = %d AND position >= %d AND position > $1 AND position <= $2 ORDER BY position`
	readStreamSQL = `SELECT ` + eventColumns + ` FROM ledger.events
		WHERE book = %d AND position >= %d AND stream = $1 AND version > $2 ORDER BY version`
	readStreamsSQL = `SELECT ` + eventColumns + ` FROM ledger.events
		WHERE book = %d AND position >= %d AND stream = ANY ($1)`
	headSQL = `SELECT last_position, epoch, recorded_at FROM ledger.batches
		WHERE book = $1 ORDER BY last_position DESC LIMIT 1`
)

// ReadStream is the events of a stream after a version, in order; empty for an unknown stream.
func (s *Store) ReadStream(ctx context.Context, book eventstore.Book, stream uuid.UUID, after eventstore.Version) ([]eventstore.Event, error) {
	if after < 0 {
		return nil, fmt.Errorf("read stream %s after version %d: below 0", stream, after)
	}
	var asOf moment
	c := s.openCommitter(book)
	if c != nil {
		asOf = c.versions.now()
	}
	events, err := s.read(ctx, book, 0, fmt.Sprintf(readStreamSQL, book, c.floor(stream)), stream, int32(after))
	if err != nil {
		return nil, fmt.Errorf("read stream %s: %w", stream, err)
	}
	switch n := len(events); {
	case c == nil:
	case n > 0:
		c.versions.note(asOf, stream, events[n-1].Version)
	case after == 0:
		c.versions.note(asOf, stream, 0)
	}
	return events, nil
}

// ReadBook is at most limit events of a book after a position, in order and without gaps.
func (s *Store) ReadBook(ctx context.Context, book eventstore.Book, after eventstore.Position, limit int) ([]eventstore.Event, error) {
	if after < 0 || limit < 1 {
		return nil, fmt.Errorf("read %d events of book %d after position %d: out of range", limit, book, after)
	}
	sql := fmt.Sprintf(readBookSQL, book, s.openCommitter(book).leafOf(after+1))
	events, err := s.read(ctx, book, limit, sql, int64(after), int64(after)+int64(limit))
	if err != nil {
		return nil, fmt.Errorf("read book %d: %w", book, err)
	}
	return events, nil
}

// ReadStreams is the events of several streams from their beginnings, in the order in which the
// streams are named.
func (s *Store) ReadStreams(ctx context.Context, book eventstore.Book, streams []uuid.UUID) ([][]eventstore.Event, error) {
	sql := fmt.Sprintf(readStreamsSQL, book, s.openCommitter(book).floor(streams...))
	events, err := s.read(ctx, book, 64*len(streams), sql, streams)
	if err != nil {
		return nil, fmt.Errorf("read %d streams of book %d: %w", len(streams), book, err)
	}
	return grouped(events, streams), nil
}

// grouped is events by the streams that they are of, each in order.
func grouped(events []eventstore.Event, streams []uuid.UUID) [][]eventstore.Event {
	number := make(map[uuid.UUID]int, len(streams))
	for i, stream := range streams {
		number[stream] = i
	}
	ends := make([]int, len(streams)+1)
	for i := range events {
		ends[number[events[i].Stream]+1]++
	}
	for i := range streams {
		ends[i+1] += ends[i]
	}
	sorted, at := make([]eventstore.Event, len(events)), slices.Clone(ends)
	for i := range events {
		n := number[events[i].Stream]
		sorted[at[n]] = events[i]
		at[n]++
	}
	byVersion := func(a, b eventstore.Event) int { return cmp.Compare(a.Version, b.Version) }
	all := make([][]eventstore.Event, len(streams))
	for i, stream := range streams {
		n := number[stream]
		all[i] = sorted[ends[n]:ends[n+1]:ends[n+1]]
		if !slices.IsSortedFunc(all[i], byVersion) { // an answer has no order of its own
			slices.SortFunc(all[i], byVersion)
		}
	}
	return all
}

// Head is the end of a book.
func (s *Store) Head(ctx context.Context, book eventstore.Book) (eventstore.Head, error) {
	var head eventstore.Head
	err := again(ctx, func() error {
		return s.pool.QueryRow(ctx, headSQL, int32(book)).Scan(&head.Position, &head.Epoch, &head.RecordedAt)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		err = eventstore.ErrUnknownBook
	}
	if err != nil {
		return eventstore.Head{}, fmt.Errorf("head of book %d: %w", book, err)
	}
	head.RecordedAt = head.RecordedAt.UTC()
	return head, nil
}

func (s *Store) read(ctx context.Context, book eventstore.Book, limit int, sql string, args ...any) (events []eventstore.Event, err error) {
	err = again(ctx, func() error {
		events, err = s.readOnce(ctx, book, limit, sql, args...)
		if c := s.openCommitter(book); c != nil && broke(err) && ctx.Err() == nil {
			c.forget()
		}
		return err
	})
	if err == nil && len(events) == 0 {
		err = s.mustBeOpen(ctx, book)
	}
	return events, s.nameRange(ctx, err)
}

func (s *Store) readOnce(ctx context.Context, book eventstore.Book, limit int, sql string, args ...any) ([]eventstore.Event, error) {
	arguments := append([]any{pgx.QueryResultFormats{pgx.BinaryFormatCode}}, args...)
	rows, err := s.pool.Query(ctx, sql, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	read := eventRows{book: book, texts: texts{}, events: make([]eventstore.Event, 0, min(limit, 64)), partial: s.files != nil}
	for rows.Next() {
		if err := read.add(rows.RawValues()); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return read.events, s.whole(read.events, false)
}

// readTries is how often a read is tried while connections break under it.
const readTries = 5

// again reads, and reads again if the connection broke: one of the pool may have been dead for a
// while, and reading twice does no harm.
func again(ctx context.Context, read func() error) error {
	for tries := 1; ; tries++ {
		err := read()
		if !broke(err) || tries == readTries || sleep(ctx, time.Duration(tries)*5*time.Millisecond) != nil {
			return err
		}
	}
}

// broke says whether an error is that of a connection, and not an answer.
func broke(err error) bool {
	for _, answer := range []error{nil, pgx.ErrNoRows, errForm, ErrBroken, archive.ErrDamaged, eventstore.ErrGap, eventstore.ErrArchived} {
		if errors.Is(err, answer) {
			return false
		}
	}
	var refusal *pgconn.PgError
	return !errors.As(err, &refusal) || refusal.SeverityUnlocalized == "FATAL"
}
