// Package eventstore is the log: append, read, follow, execute a decision, prove. It knows nothing
// of loans.
//
// A book is an independent log with gap-free positions. A stream is the history of one thing in a
// book, with gap-free versions. Events are appended, never changed.
package eventstore

import (
	"time"

	"github.com/google/uuid"
)

// Book is the number of a book, 1 to 65535.
type Book uint16

// Position is the place of an event in its book, from 1, without gaps and in commit order.
// Position 0 is before the first event.
type Position int64

// Version is the place of an event in its stream, from 1, without gaps. Version 0 is a stream
// without events.
type Version int32

// Digest is the SHA-256 of a command's name and body.
type Digest [32]byte

// Event is a recorded event, as it stands in the log.
type Event struct {
	Book       Book
	Position   Position
	Stream     uuid.UUID
	Version    Version
	Type       string // an explicit name, such as "loan.repaid"
	Schema     int16  // the version of Data's shape, from 1
	RecordedAt time.Time
	Command    uuid.UUID // the command that the event came from
	Digest     Digest    // what that command said
	Actor      string    // who gave the command: a role and a name, never personal data
	Data       []byte    // public JSON, the exact bytes that were appended
	Personal   []byte    // sealed personal data, or nil
}

// NewEvent is an event that is to be appended.
type NewEvent struct {
	Type     string
	Schema   int16
	Data     []byte
	Personal []byte // sealed already; nil where there is none
	// Subject is whose key seals Personal; zero is the stream itself. A store does not keep it.
	Subject uuid.UUID
}

// StreamAppend is a run of new events of one stream. Without events it is a guard: it adds nothing,
// and the whole append is refused with ErrConflict unless the stream still has the expected version.
type StreamAppend struct {
	Stream   uuid.UUID
	Expected Version // the version that the stream must have; 0 for a new stream
	Events   []NewEvent
}

// Append is what one command adds to a book: all of it, or nothing.
type Append struct {
	Command uuid.UUID
	Digest  Digest
	Actor   string
	Epoch   int64 // the era of the book that the decision was made in
	// NextEpoch, where not 0, is the era that begins with this append. Every append that was decided
	// in an earlier era, and comes later, is refused with ErrConflict.
	NextEpoch int64
	Streams   []StreamAppend
}

// Appended says where an append stands in the log.
type Appended struct {
	First, Last Position
	RecordedAt  time.Time
}

// Head is the end of a book: its last position, its era, and when the last event was recorded.
type Head struct {
	Position   Position
	Epoch      int64
	RecordedAt time.Time
}
