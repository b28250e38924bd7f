package bench

import (
	"encoding/binary"
	"io"
	"sync/atomic"
	"time"

	"loanledger/domain/loan"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
)

// sample is an event as they come most: a repayment, as the domain decides it and the log keeps it.
type sample struct{ event eventstore.NewEvent }

const actor = "service:bench"

// newSample plays the life of one loan, up to a repayment.
func newSample(o Options) (sample, error) {
	c, err := newCohort(o, 1, firstDay, 0, 1)
	if err != nil {
		return sample{}, err
	}
	if err := c.goTo(firstDay.AddDays(repayEvery)); err != nil {
		return sample{}, err
	}
	logged, err := c.repay(c.loans[0])
	if err != nil {
		return sample{}, err
	}
	event, err := projections.Loans.Encode(logged[0].Fact.(loan.Repaid))
	return sample{event}, err
}

// manyStreams is how many streams the rows are spread over; a power of two over every number of
// writers.
const manyStreams = 1 << 16

// row is one of the events that are appended, and copied: the i-th, with its place in a stream.
type row struct {
	stream, command uuid.UUID
	version         eventstore.Version
}

// rowAt is the same for the same number, so that what is measured and its baseline write the same. A
// series has streams of its own.
func rowAt(series, i uint64) row {
	return row{
		stream:  scattered(2*series, i%manyStreams),
		command: scattered(2*series+1, i),
		version: eventstore.Version(i/manyStreams) + 1,
	}
}

// scattered is an identifier without an order, cheaper than one from the system's source of chance.
func scattered(kind, n uint64) (id uuid.UUID) {
	binary.LittleEndian.PutUint64(id[:8], mixed(kind<<40^n))
	binary.LittleEndian.PutUint64(id[8:], mixed(^(kind<<40 ^ n)))
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8, variant of RFC 9562
	return id
}

// mixed is the finaliser of splitmix64: one to one, and every bit depends on every bit.
func mixed(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// digest has as many bytes as that of a command, and as little order.
func (w row) digest() (d eventstore.Digest) {
	copy(d[:16], w.command[:])
	copy(d[16:], w.stream[:])
	return d
}

func (w row) append(s sample) eventstore.Append {
	return eventstore.Append{
		Command: w.command, Digest: w.digest(), Actor: actor, Epoch: firstEpoch,
		Streams: []eventstore.StreamAppend{{Stream: w.stream, Expected: w.version - 1, Events: []eventstore.NewEvent{s.event}}},
	}
}

// eventColumns is the columns of the table of events in the order of tuple.
const eventColumns = `position, recorded_at, stream, command, book, version, schema, digest, type, actor, data, personal`

var postgresEpoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// tuple adds the row as it stands in a binary COPY.
func (w row) tuple(b []byte, s sample, position int64) []byte {
	d, big := w.digest(), binary.BigEndian
	b = big.AppendUint16(b, 12)
	b = big.AppendUint64(big.AppendUint32(b, 8), uint64(position))
	b = big.AppendUint64(big.AppendUint32(b, 8), uint64(time.Since(postgresEpoch).Microseconds()))
	b = field(b, w.stream[:])
	b = field(b, w.command[:])
	b = big.AppendUint32(big.AppendUint32(b, 4), 1)
	b = big.AppendUint32(big.AppendUint32(b, 4), uint32(w.version))
	b = big.AppendUint16(big.AppendUint32(b, 2), uint16(s.event.Schema))
	b = field(b, d[:])
	b = append(big.AppendUint32(b, uint32(len(s.event.Type))), s.event.Type...)
	b = append(big.AppendUint32(b, uint32(len(actor))), actor...)
	b = field(b, s.event.Data)
	return append(b, 0xff, 0xff, 0xff, 0xff) // no personal part
}

func field(b, value []byte) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(value))), value...)
}

// parameters is the fields of a tuple, as a prepared statement takes them.
func parameters(tuple []byte) [][]byte {
	fields := make([][]byte, binary.BigEndian.Uint16(tuple))
	tuple = tuple[2:]
	for i := range fields {
		size := int32(binary.BigEndian.Uint32(tuple))
		tuple = tuple[4:]
		if size >= 0 {
			fields[i], tuple = tuple[:size:size], tuple[size:]
		}
	}
	return fields
}

var (
	copyHeader  = append([]byte("PGCOPY\n\xff\r\n\x00"), 0, 0, 0, 0, 0, 0, 0, 0)
	copyTrailer = []byte{0xff, 0xff}
)

// copyStream makes rows as a COPY reads them.
type copyStream struct {
	sample   sample
	next     uint64 // the row that comes next
	end      uint64
	buffered []byte
	unread   []byte
	state    int // 0 before the header, 1 within the rows, 2 after the trailer
}

// Read gives what fits of the stream.
func (c *copyStream) Read(p []byte) (int, error) {
	if len(c.unread) == 0 {
		c.buffered = c.buffered[:0]
		switch {
		case c.state == 2:
			return 0, io.EOF
		case c.state == 0:
			c.buffered, c.state = append(c.buffered, copyHeader...), 1
		}
		for ; c.next < c.end && len(c.buffered) < 60<<10; c.next++ {
			c.buffered = rowAt(0, c.next).tuple(c.buffered, c.sample, int64(c.next)+1)
		}
		if c.next == c.end {
			c.buffered, c.state = append(c.buffered, copyTrailer...), 2
		}
		c.unread = c.buffered
	}
	n := copy(p, c.unread)
	c.unread = c.unread[n:]
	return n, nil
}

// counter hands out numbers, each once.
type counter struct{ atomic.Uint64 }

func (c *counter) take() uint64 { return c.Add(1) - 1 }
