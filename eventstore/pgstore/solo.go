package pgstore

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"loanledger/eventstore"
)

// A batch that flies alone, right behind the last one of its own process, needs no look at the
// database's last batch: position, time and chain follow from what is remembered. Nor does it need
// the book's lock: whoever else appends behind the same batch, with the lock or without, takes the
// same position, so the primary key of the events lets one of them wait for the other's commit and
// then refuses it. The one refused goes the long way. That halves what the server does beside
// inserting events.
//
// Both ways insert the batch before its events, so that two that collide cannot wait for each other.
// Postgres runs the part of a statement that nobody reads, here the events, after the rest.

// end is the end of the book after the last batch that this process appended.
type end struct {
	last       eventstore.Position
	epoch      int64
	recordedAt time.Time
	chain      [32]byte
	unbroken   int // batches in a row with nobody between them
}

const (
	// fewEvents is up to how many events of one append have a statement for their number, which spares
	// the arrays.
	fewEvents = 4
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
	if c.end.unbroken < soloAfter || batch[0].Epoch != c.end.epoch {
		return nil
	}
	streams := 0
	for _, p := range batch {
		for i := range p.Streams {
			if len(p.Streams[i].Events) > 0 {
				streams++
			}
		}
	}
	// Streams are busy from when a batch is taken until it is answered: these are all its own.
	if len(c.busy) != streams {
		return nil
	}
	if known, _ := c.store.tail(c.book).watch(); known > c.end.last {
		return nil
	}
	at := c.end
	return &at
}

// sendSolo is the exchange that commits a batch right behind the given end. It adds nothing if a
// guarded stream has moved on.
func (c *committer) sendSolo(l *link, batch []*pending, behind *end) (at place, added bool, err error) {
	began := time.Now()
	at = place{first: behind.last + 1, recordedAt: c.store.now()}
	if at.recordedAt.Before(behind.recordedAt) {
		at.recordedAt = behind.recordedAt
	}
	statement, events := l.batch.behind(batch)
	last := behind.last + eventstore.Position(l.batch.events)
	micros, epoch := at.recordedAt.UnixMicro()-postgresEpoch.UnixMicro(), nextEpoch(batch)
	at.chain = chainAfter(behind.chain[:], at.first, last, epoch, micros, l.batch.sum)
	head := [][]byte{
		int32Bytes(int32(c.book)), int64Bytes(int64(at.first)), int64Bytes(int64(last)), int64Bytes(epoch), int64Bytes(micros), at.chain[:],
	}
	l.busy = time.Since(began)
	answers, err := l.exchange(call{statement, append(head, events...)})
	if err != nil {
		return place{}, false, err
	}
	return at, statement != watchfulStatement || len(answers[0]) > 0, nil
}

// behind fills the buffers with a batch and answers the statement that adds it behind a known end,
// with the parameters that say what its events are.
func (b *batchBuffers) behind(batch []*pending) (statement string, events [][]byte) {
	if len(batch) > 1 || batch[0].events > fewEvents || batch[0].guards() {
		b.fill(batch, false)
		if b.guardStreams.count > 0 {
			return watchfulStatement, append(b.arrays(), b.guardStreams.encoded(), b.guardVersions.encoded())
		}
		return behindStatement, b.arrays()
	}
	b.reset()
	p := batch[0]
	events = [][]byte{p.Command[:], p.Digest[:], []byte(p.Actor)}
	for i := range p.Streams {
		s := &p.Streams[i]
		for j := range s.Events {
			e := &s.Events[j]
			b.digest.add(recorded(&p.Append, s, j))
			events = append(events, s.Stream[:], int32Bytes(int32(s.Expected)+int32(j)+1), []byte(e.Type), int16Bytes(e.Schema),
				present(e.Data), e.Personal)
		}
	}
	b.events, b.sum = p.events, b.digest.sum()
	return soloStatement(p.events), events
}

// behindSQL adds a batch behind a known end.
const behindSQL = `
WITH added AS (
	INSERT INTO %s (book, position, recorded_at, stream, version, type, schema, command, digest, actor, data, personal)
	SELECT $1::int4, $2::int8 + e.nr - 1, $5::timestamptz,
		e.stream, e.version, e.type, e.schema, e.command, e.digest, e.actor, e.data, e.personal
	FROM unnest($7::uuid[], $8::int4[], $9::text[], $10::int2[], $11::uuid[], $12::bytea[], $13::text[],
		$14::bytea[], $15::bytea[]) WITH ORDINALITY
		AS e (stream, version, type, schema, command, digest, actor, data, personal, nr)
)` + addBatchSQL

// watchfulSQL adds a batch behind a known end, and answers a row, unless a guarded stream has moved on.
const watchfulSQL = `
WITH batch AS (
	INSERT INTO ledger.batches (book, first_position, last_position, epoch, recorded_at, chain)
	SELECT $1::int4, $2::int8, $3::int8, $4::int8, $5::timestamptz, $6::bytea WHERE true %[2]s
	RETURNING first_position
), added AS (
	INSERT INTO %[1]s (book, position, recorded_at, stream, version, type, schema, command, digest, actor, data, personal)
	SELECT $1, batch.first_position + e.nr - 1, $5,
		e.stream, e.version, e.type, e.schema, e.command, e.digest, e.actor, e.data, e.personal
	FROM batch, unnest($7::uuid[], $8::int4[], $9::text[], $10::int2[], $11::uuid[], $12::bytea[], $13::text[],
		$14::bytea[], $15::bytea[]) WITH ORDINALITY
		AS e (stream, version, type, schema, command, digest, actor, data, personal, nr)
)
SELECT first_position FROM batch`

// addBatchSQL adds the row of a batch whose end is known.
const addBatchSQL = `
INSERT INTO ledger.batches (book, first_position, last_position, epoch, recorded_at, chain)
VALUES ($1::int4, $2::int8, $3::int8, $4::int8, $5::timestamptz, $6::bytea)`

// guards says whether the append names a stream that it adds nothing to.
func (p *pending) guards() bool {
	return slices.ContainsFunc(p.Streams, func(s eventstore.StreamAppend) bool { return len(s.Events) == 0 })
}

func soloStatement(events int) string { return fmt.Sprintf("solo_%d", events) }

// soloSQL is the statement for a number of events of one append.
func soloSQL(table string, events int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `
WITH added AS (
	INSERT INTO %s (book, position, recorded_at, command, digest, actor, stream, version, type, schema, data, personal) VALUES`, table)
	for i := range events {
		if i > 0 {
			b.WriteByte(',')
		}
		n := 10 + 6*i
		fmt.Fprintf(&b, "\n\t($1::int4, $2::int8 + %d, $5::timestamptz, $7::uuid, $8::bytea, $9::text, $%d::uuid, $%d::int4, $%d::text, $%d::int2, $%d::bytea, $%d::bytea)",
			i, n, n+1, n+2, n+3, n+4, n+5)
	}
	b.WriteString("\n)" + addBatchSQL)
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
