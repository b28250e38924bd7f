package pgstore

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// The columns of an event as they are read: those that folding needs, and the others after them.
const (
	foldingColumns = `position, stream, version, type, schema, recorded_at, data`
	eventColumns   = foldingColumns + `, command, digest, actor, personal`
)

var errForm = errors.New("a row of ledger.events has an unknown form")

// eventRows takes rows of events in binary format. Reading a book is reading little else, so this is
// done by hand, and the bytes of many events share a block: that takes a third of the time of a scan
// by reflection.
type eventRows struct {
	book   eventstore.Book
	events []eventstore.Event
	texts  texts
	block  []byte // what is left of the block of bytes that is being filled
	blocks int    // bytes of the block before
	// partial takes events whose data is archived, without it; they are refused otherwise.
	partial bool
}

// The sizes of blocks. A block lives as long as any of its events, so the first ones are small.
const (
	firstBlock   = 2 << 10
	largestBlock = 64 << 10
)

// next is the rows of the next answer, which share texts with this one.
func (r *eventRows) next(capacity int) {
	r.events = make([]eventstore.Event, 0, capacity)
}

// add takes a row of eventColumns or of foldingColumns. The row's bytes are copied.
func (r *eventRows) add(row [][]byte) error {
	if len(row) != 7 && len(row) != 11 || len(row[0]) != 8 || len(row[1]) != 16 || len(row[2]) != 4 ||
		len(row[4]) != 2 || len(row[5]) != 8 {
		return errForm
	}
	if row[6] == nil && !r.partial {
		return &archivedAt{r.book, eventstore.Position(binary.BigEndian.Uint64(row[0]))}
	}
	r.events = append(r.events, eventstore.Event{})
	e := &r.events[len(r.events)-1]
	e.Book, e.Position = r.book, eventstore.Position(binary.BigEndian.Uint64(row[0]))
	e.Stream, e.Version = uuid.UUID(row[1]), eventstore.Version(binary.BigEndian.Uint32(row[2]))
	e.Type, e.Schema = r.texts.of(row[3]), int16(binary.BigEndian.Uint16(row[4]))
	if e.RecordedAt = timeOf(row[5]); row[6] != nil {
		e.Data = r.keep(row[6])
	}
	if len(row) == 7 {
		return nil
	}
	if len(row[7]) != 16 || len(row[8]) != 32 {
		return errForm
	}
	e.Command, e.Digest, e.Actor = uuid.UUID(row[7]), eventstore.Digest(row[8]), r.texts.of(row[9])
	if row[10] != nil {
		e.Personal = r.keep(row[10])
	}
	return nil
}

// keep copies bytes into the block, or into the next one; none stay an empty slice that is not nil.
func (r *eventRows) keep(b []byte) []byte {
	if len(b) == 0 {
		return []byte{}
	}
	if len(b) > len(r.block) {
		if len(b) > largestBlock/4 {
			return append(make([]byte, 0, len(b)), b...)
		}
		r.blocks = max(firstBlock, min(2*r.blocks, largestBlock))
		r.block = make([]byte, max(r.blocks, len(b)))
	}
	kept := r.block[:len(b):len(b)]
	copy(kept, b)
	r.block = r.block[len(b):]
	return kept
}

// texts keeps one copy of each text that many events share.
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

var postgresEpochMicros = postgresEpoch.UnixMicro()

func timeOf(b []byte) time.Time {
	return time.UnixMicro(postgresEpochMicros + int64(binary.BigEndian.Uint64(b))).UTC()
}
