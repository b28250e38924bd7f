package eventstore

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
)

// Errors of a log.
var (
	// ErrConflict: a stream had moved on from the expected version, or the book from the era, of an
	// append. Nothing was appended; load again and decide again.
	ErrConflict = errors.New("the stream or the era has moved on")
	// ErrUnknownBook: the book was never opened.
	ErrUnknownBook = errors.New("no such book")
	// ErrOutcomeUnknown: the append may have happened. Its command id finds it, if it did.
	ErrOutcomeUnknown = errors.New("the outcome of the append is not known")
	// ErrBusy: too many appends are waiting. Nothing was appended.
	ErrBusy = errors.New("too many appends are waiting")
	// ErrInvalidAppend: the append is malformed, see Append.Validate. Nothing was appended.
	ErrInvalidAppend = errors.New("malformed append")
	// ErrArchived: data of events that were asked for, or of the stream that an append is for, is not
	// needed any more as far as anybody knew, and was moved to the archive. Nothing was appended.
	ErrArchived = errors.New("the events are archived")
	// ErrGap: a book lacks an event before its end; see Gap. Appending never leaves one.
	ErrGap = errors.New("the book lacks an event")
)

// Log is what a store of events can do. Stores in this repository: the package pgstore (Postgres)
// and the package memstore; storetest is the contract that both keep.
//
// RecordedAt never decreases along a book.
type Log interface {
	// OpenBook makes a book with a first era, if it is not there yet.
	OpenBook(ctx context.Context, book Book, epoch int64) error
	// Append adds events to streams of one book, all or nothing. Errors: ErrConflict,
	// ErrUnknownBook, ErrInvalidAppend, ErrBusy, ErrOutcomeUnknown, or the context's.
	Append(ctx context.Context, book Book, a Append) (Appended, error)
	// ReadStream is the events of a stream after a version, in order; empty for an unknown stream.
	ReadStream(ctx context.Context, book Book, stream uuid.UUID, after Version) ([]Event, error)
	// ReadStreams is the events of several streams from their beginnings, in the order in which the
	// streams are named; each in order, and empty for an unknown stream. A stream may be named twice.
	// All of them are in memory at once: the caller bounds their number.
	ReadStreams(ctx context.Context, book Book, streams []uuid.UUID) ([][]Event, error)
	// ReadBook is at most limit events of a book after a position, in order and without gaps.
	ReadBook(ctx context.Context, book Book, after Position, limit int) ([]Event, error)
	// Scan gives a stretch of a book to handle, chunk by chunk, in order and without gaps, and ends
	// with the first error: handle's, the log's, the context's, or ErrGap. Chunks are never empty and
	// are read ahead of the handling; what is in them is the handler's to keep.
	Scan(ctx context.Context, s Scan, handle func(context.Context, []Event) error) error
	// Head is the end of a book.
	Head(ctx context.Context, book Book) (Head, error)
	// Wait returns once the book has an event after the position, or with the context's error.
	Wait(ctx context.Context, book Book, after Position) error
}

// Clock tells the time that appends are recorded at.
type Clock func() time.Time
