package pgstore

import (
	"fmt"
	"strings"
	"time"

	"loanledger/eventstore"
)

// An append that flies alone, right behind the last batch of its own process, needs no look at the
// database's last batch: position, time and chain follow from what is remembered. Nor does it need
// the book's lock: whoever else appends behind the same batch, with the lock or without, takes the
// same position, so the primary key of the events lets one of them wait for the other's commit and
// then refuses it. The one refused goes the long way. That halves the work of the server where
// appends come one at a time.
//
// Both ways insert the batch before its events, so that two that collide cannot wait for each other.

// end is the end of the book after the last batch that this process appended.
type end struct {
	last       eventstore.Position
	epoch      int64
	recordedAt time.Time
	chain      [32]byte
	unbroken   int // batches in a row with nobody between them
}

const (
	// soloEvents is how many events an append may have to fly alone: there is a statement for each number.
	soloEvents = 4
	// soloAfter is how many batches of this process have to stand together first. Where several
	// processes take turns, trying would cost more than it saves.
	soloAfter = 4
)

// follow moves the end to a batch.
func (e *end) follow(batch []*pending, at place, events int) {
	if at.first <= e.last {
		return // a later batch was quicker to say so
	}
	if at.first == e.last+1 {
		e.unbroken++
	} else {
		e.unbroken = 0
	}
	e.last = at.first + eventstore.Position(events) - 1
	e.recordedAt, e.chain = at.recordedAt, at.chain
	e.epoch = nextEpoch(batch)
}

// notAlone takes note that somebody else has appended.
func (c *committer) notAlone() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end.unbroken = 0
}

// solo answers the end that a batch can follow blindly, or nil. The caller holds the mutex.
func (c *committer) solo(batch []*pending) *end {
	// Streams are busy from when a batch is taken until it is answered: these are all its own.
	if len(batch) != 1 || len(c.busy) != len(batch[0].Streams) || c.end.unbroken < soloAfter || batch[0].Epoch != c.end.epoch {
		return nil
	}
	for i := range batch[0].Streams {
		if len(batch[0].Streams[i].Events) == 0 {
			return nil // a guard has to be looked up
		}
	}
	if known, _ := c.store.tail(c.book).watch(); batch[0].events > soloEvents || known > c.end.last {
		return nil
	}
	at := c.end
	return &at
}

// sendSolo is the exchange that commits an append right behind the given end.
func (c *committer) sendSolo(l *link, p *pending, behind *end) (place, error) {
	at := place{first: behind.last + 1, recordedAt: c.store.now()}
	if at.recordedAt.Before(behind.recordedAt) {
		at.recordedAt = behind.recordedAt
	}
	last := behind.last + eventstore.Position(p.events)
	micros := at.recordedAt.UnixMicro() - postgresEpoch.UnixMicro()
	epoch := nextEpoch([]*pending{p})
	l.busy = 0
	digest := &l.batch.digest
	digest.reset()
	parameters := [][]byte{
		int32Bytes(int32(c.book)), int64Bytes(int64(at.first)), int64Bytes(int64(last)), int64Bytes(epoch), int64Bytes(micros), nil,
		p.Command[:], p.Digest[:], []byte(p.Actor),
	}
	for i := range p.Streams {
		s := &p.Streams[i]
		for j := range s.Events {
			e := &s.Events[j]
			version := int32(s.Expected) + int32(j) + 1
			digest.add(recorded(&p.Append, s, j))
			parameters = append(parameters, s.Stream[:], int32Bytes(version), []byte(e.Type), int16Bytes(e.Schema), present(e.Data), e.Personal)
		}
	}
	l.batch.sum = digest.sum()
	at.chain = chainAfter(behind.chain[:], at.first, last, epoch, micros, l.batch.sum)
	parameters[5] = at.chain[:]
	_, err := l.exchange(call{soloStatement(p.events), parameters})
	return at, err
}

func soloStatement(events int) string { return fmt.Sprintf("solo_%d", events) }

// soloSQL is the statement for a number of events. Postgres runs the part that nobody reads, the
// events, after the batch.
func soloSQL(book eventstore.Book, events int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `
WITH added AS (
	INSERT INTO %s (book, position, recorded_at, command, digest, actor, stream, version, type, schema, data, personal) VALUES`, partition(book))
	for i := range events {
		if i > 0 {
			b.WriteByte(',')
		}
		n := 10 + 6*i
		fmt.Fprintf(&b, "\n\t($1::int4, $2::int8 + %d, $5::timestamptz, $7::uuid, $8::bytea, $9::text, $%d::uuid, $%d::int4, $%d::text, $%d::int2, $%d::bytea, $%d::bytea)",
			i, n, n+1, n+2, n+3, n+4, n+5)
	}
	b.WriteString(`
)
INSERT INTO ledger.batches (book, first_position, last_position, epoch, recorded_at, chain)
VALUES ($1::int4, $2::int8, $3::int8, $4::int8, $5::timestamptz, $6::bytea)`)
	return b.String()
}

// nextEpoch is the era after a batch.
func nextEpoch(batch []*pending) int64 {
	for _, p := range batch {
		if p.NextEpoch != 0 {
			return p.NextEpoch
		}
	}
	return batch[0].Epoch
}

// present keeps data without bytes from becoming a null.
func present(data []byte) []byte {
	if data == nil {
		return []byte{}
	}
	return data
}
