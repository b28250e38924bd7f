package pgstore

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"loanledger/eventstore"
)

const eventColumns = `position, stream, version, type, schema, recorded_at, command, digest, actor, data, personal`

// Book positions have no gaps, so a range of them is a limit too, and unlike a LIMIT it tells the
// planner how few rows there will be.
const (
	readBookSQL = `SELECT ` + eventColumns + ` FROM ledger.events
		WHERE book = $1 AND position > $2 AND position <= $3 ORDER BY position`
	readStreamSQL = `SELECT ` + eventColumns + ` FROM ledger.events
		WHERE book = $1 AND stream = $2 AND version > $3 ORDER BY version`
	headSQL = `SELECT last_position, epoch, recorded_at FROM ledger.batches
		WHERE book = $1 ORDER BY last_position DESC LIMIT 1`
)

// ReadStream is the events of a stream after a version, in order; empty for an unknown stream.
func (s *Store) ReadStream(ctx context.Context, book eventstore.Book, stream uuid.UUID, after eventstore.Version) ([]eventstore.Event, error) {
	if after < 0 {
		return nil, fmt.Errorf("read stream %s after version %d: below 0", stream, after)
	}
	events, err := s.read(ctx, book, 0, readStreamSQL, int32(book), stream, int32(after))
	if err != nil {
		return nil, fmt.Errorf("read stream %s: %w", stream, err)
	}
	if n := len(events); n > 0 {
		if c := s.openCommitter(book); c != nil {
			c.versions.note(stream, events[n-1].Version)
		}
	}
	return events, nil
}

// ReadBook is at most limit events of a book after a position, in order and without gaps.
func (s *Store) ReadBook(ctx context.Context, book eventstore.Book, after eventstore.Position, limit int) ([]eventstore.Event, error) {
	if after < 0 || limit < 1 {
		return nil, fmt.Errorf("read %d events of book %d after position %d: out of range", limit, book, after)
	}
	events, err := s.read(ctx, book, limit, readBookSQL, int32(book), int64(after), int64(after)+int64(limit))
	if err != nil {
		return nil, fmt.Errorf("read book %d: %w", book, err)
	}
	return events, nil
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
		return err
	})
	if err == nil && len(events) == 0 {
		err = s.mustBeOpen(ctx, book)
	}
	return events, err
}

func (s *Store) readOnce(ctx context.Context, book eventstore.Book, limit int, sql string, args ...any) ([]eventstore.Event, error) {
	arguments := append([]any{pgx.QueryResultFormats{pgx.BinaryFormatCode}}, args...)
	rows, err := s.pool.Query(ctx, sql, arguments...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	events := make([]eventstore.Event, 0, min(limit, 64))
	texts := texts{}
	for rows.Next() {
		e, err := decodeEvent(book, rows.RawValues(), texts)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, rows.Err()
}

// readTries is how often a read is tried while connections break under it.
const readTries = 5

// again reads, and reads again if the connection broke: one of the pool may have been dead for a
// while, and reading twice does no harm.
func again(ctx context.Context, read func() error) error {
	for tries := 1; ; tries++ {
		err := read()
		var refusal *pgconn.PgError
		broke := err != nil && !errors.Is(err, pgx.ErrNoRows) && !errors.Is(err, errForm) &&
			(!errors.As(err, &refusal) || refusal.SeverityUnlocalized == "FATAL")
		if !broke || tries == readTries || sleep(ctx, time.Duration(tries)*5*time.Millisecond) != nil {
			return err
		}
	}
}

var errForm = errors.New("a row of ledger.events has an unknown form")

// texts keeps one copy of each text that many events of an answer share.
type texts map[string]string

func (t texts) of(b []byte) string {
	if s, ok := t[string(b)]; ok {
		return s
	}
	s := string(b)
	if len(t) < 256 {
		t[s] = s
	}
	return s
}

// postgresEpoch is where Postgres counts the microseconds of its binary timestamps from.
var postgresEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// decodeEvent reads a row of eventColumns in binary format. Reading a book is reading little else,
// so this is done by hand: it takes half the time of a scan by reflection.
func decodeEvent(book eventstore.Book, row [][]byte, texts texts) (eventstore.Event, error) {
	if len(row) != 11 || len(row[0]) != 8 || len(row[1]) != 16 || len(row[2]) != 4 || len(row[4]) != 2 ||
		len(row[5]) != 8 || len(row[6]) != 16 || len(row[7]) != 32 || row[9] == nil {
		return eventstore.Event{}, errForm
	}
	data, personal := row[9], row[10]
	kept := make([]byte, len(data)+len(personal))
	copy(kept, data)
	copy(kept[len(data):], personal)
	e := eventstore.Event{
		Book: book, Position: eventstore.Position(binary.BigEndian.Uint64(row[0])),
		Stream: uuid.UUID(row[1]), Version: eventstore.Version(binary.BigEndian.Uint32(row[2])),
		Type: texts.of(row[3]), Schema: int16(binary.BigEndian.Uint16(row[4])),
		RecordedAt: timeOf(row[5]), Command: uuid.UUID(row[6]), Digest: eventstore.Digest(row[7]),
		Actor: texts.of(row[8]), Data: kept[:len(data):len(data)],
	}
	if personal != nil {
		e.Personal = kept[len(data):]
	}
	return e, nil
}

func timeOf(b []byte) time.Time {
	return time.UnixMicro(postgresEpoch.UnixMicro() + int64(binary.BigEndian.Uint64(b))).UTC()
}
