package pgstore

import (
	"encoding/binary"

	"loanledger/eventstore"
)

// copySQL brings the events of a batch into a leaf, in the binary format of COPY: Postgres takes them in
// that way for less than from arrays.
const copySQL = `COPY %s (position, recorded_at, book, stream, version, type, schema, command, digest, actor, data, personal)
	FROM STDIN (FORMAT binary)`

const copyColumns = 12

var (
	copyHeader  = append([]byte("PGCOPY\n\xff\r\n\x00"), 0, 0, 0, 0, 0, 0, 0, 0) // no flags, no extension
	copyTrailer = []byte{0xff, 0xff}
)

// copyRows is rows as a COPY takes them. Where they stand in the book comes first in each, and is filled
// in when it is known.
type copyRows struct {
	bytes  []byte
	starts []int // of each row
}

func (r *copyRows) reset() { r.bytes, r.starts = r.bytes[:0], r.starts[:0] }

// add adds the row of an event, but for where it stands.
func (r *copyRows) add(e *eventstore.Event) {
	r.starts = append(r.starts, len(r.bytes))
	b, big := r.bytes, binary.BigEndian
	b = big.AppendUint16(b, copyColumns)
	b = big.AppendUint64(big.AppendUint32(b, 8), 0)
	b = big.AppendUint64(big.AppendUint32(b, 8), 0)
	b = big.AppendUint32(big.AppendUint32(b, 4), 0)
	b = appendSized(b, e.Stream[:])
	b = big.AppendUint32(big.AppendUint32(b, 4), uint32(e.Version))
	b = appendSized(b, e.Type)
	b = big.AppendUint16(big.AppendUint32(b, 2), uint16(e.Schema))
	b = appendSized(b, e.Command[:])
	b = appendSized(b, e.Digest[:])
	b = appendSized(b, e.Actor)
	b = appendSized(b, e.Data)
	if e.Personal == nil {
		b = big.AppendUint32(b, 1<<32-1)
	} else {
		b = appendSized(b, e.Personal)
	}
	r.bytes = b
}

// appendPlaced adds the rows to others, as those of events of a book from a position on, recorded so many
// microseconds after Postgres' epoch.
func (r *copyRows) appendPlaced(b []byte, book eventstore.Book, position eventstore.Position, micros int64) []byte {
	base, big := len(b), binary.BigEndian
	b = append(b, r.bytes...)
	for i, start := range r.starts {
		place := b[base+start+2:]
		big.PutUint64(place[4:], uint64(position)+uint64(i))
		big.PutUint64(place[16:], uint64(micros))
		big.PutUint32(place[28:], uint32(book))
	}
	return b
}
