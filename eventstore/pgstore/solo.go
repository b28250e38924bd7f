package pgstore

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"loanledger/eventstore"
)

// A batch right behind the last one of its own process needs no look at the
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
	// the COPY.
	fewEvents = 4
	// soloAfter is how many batches of this process have to stand together first. Where several
	// processes take turns, trying would cost more than it saves.
	soloAfter = 4
)

// follow moves the end to a batch.
func (e *end) follow(batch []*pending, at place) {
	if at.first <= e.last {
		return // found out late: a later batch was answered first
	}
	if at.first == e.last+1 {
		e.unbroken++
	} else {
		e.unbroken = 0
	}
	e.last = at.first + eventCount(batch) - 1
	e.recordedAt, e.chain = at.recordedAt, at.chain
	e.epoch = nextEpoch(batch)
}

// notAlone takes note that somebody else has appended, or wants to.
func (c *committer) notAlone() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end.unbroken = 0
	if c.last != nil {
		c.last.tip = nil
	}
}

// sendBehind brings a batch behind the end that it departed with. Errors: errTakenBack, and a refusal if a
// guarded stream has moved on or another process claims the book.
func (f *flight) sendBehind(p *passage, batch []*pending) (where place, added bool, err error) {
	c, l := f.committer, p.link
	calls, where := f.buffers.behind(c.book, &p.base, c.store.now(), batch, p.course == staged)
	c.promise(p, batch, where)
	if p.course == blind {
		_, err := l.exchange(calls...)
		return where, err == nil, err
	}
	_, status, err := l.ask(append([]call{{statement: beginStatement}}, calls...)...)
	if err != nil {
		if status == 'E' {
			err = errors.Join(err, l.rollBack())
		}
		return where, false, err
	}
	c.arrive(p)
	if _, _, err = l.receive(1); err != nil {
		return where, false, err
	}
	if !c.followed(p) {
		return where, false, errTakenBack
	}
	return where, true, nil
}

// behind fills the buffers with a batch, and answers the calls that add it behind an end, and where it
// will be then. A single small append has a statement of its own, which minds nobody's claim; it is not
// for those that are staged.
func (b *batchBuffers) behind(book eventstore.Book, e *end, now time.Time, batch []*pending, staged bool) ([]call, place) {
	at := place{first: e.last + 1, recordedAt: now}
	if at.recordedAt.Before(e.recordedAt) {
		at.recordedAt = e.recordedAt
	}
	micros, epoch := at.recordedAt.UnixMicro()-postgresEpoch.UnixMicro(), nextEpoch(batch)
	small := !staged && len(batch) == 1 && batch[0].events <= fewEvents && !batch[0].guards()
	var events [][]byte
	if small {
		events = b.few(batch[0])
	} else {
		b.place(book, at.first, micros, batch)
	}
	last := e.last + eventCount(batch)
	at.chain = chainAfter(e.chain[:], at.first, last, epoch, micros, b.sum)
	head := [][]byte{
		int32Bytes(int32(book)), int64Bytes(int64(at.first)), int64Bytes(int64(last)), int64Bytes(epoch), int64Bytes(micros), at.chain[:],
	}
	switch {
	case small:
		return []call{{statement: soloStatement(batch[0].events), parameters: append(head, events...)}}, at
	case b.guardStreams.count > 0:
		head = append(head, b.guardStreams.encoded(), b.guardVersions.encoded())
		return []call{{statement: guardedBehindStatement, parameters: head}, {statement: copyStatement, copied: b.copied}}, at
	}
	return []call{{statement: behindStatement, parameters: head}, {statement: copyStatement, copied: b.copied}}, at
}

// few are the parameters of a few events of one append.
func (b *batchBuffers) few(p *pending) [][]byte {
	b.reset()
	events := [][]byte{p.Command[:], p.Digest[:], []byte(p.Actor)}
	for i := range p.Streams {
		s := &p.Streams[i]
		for j := range s.Events {
			e := &s.Events[j]
			events = append(events, s.Stream[:], int32Bytes(int32(s.Expected)+int32(j)+1), []byte(e.Type), int16Bytes(e.Schema),
				present(e.Data), e.Personal)
		}
	}
	b.digest.addHashed(p.hashed)
	b.events, b.sum = p.events, b.digest.sum()
	return events
}

// place fills the buffers with a batch that begins at a position.
func (b *batchBuffers) place(book eventstore.Book, position eventstore.Position, micros int64, batch []*pending) {
	b.reset()
	b.copied = append(b.copied[:0], copyHeader...)
	for _, p := range batch {
		b.copied = p.rows.appendPlaced(b.copied, book, position, micros)
		b.digest.addHashed(p.hashed)
		position += eventstore.Position(p.events)
		for i := range p.Streams {
			if s := &p.Streams[i]; len(s.Events) == 0 {
				b.guard(s.Stream, s.Expected+1)
			}
		}
	}
	b.copied = append(b.copied, copyTrailer...)
	b.sum = b.digest.sum()
}

// behindSQL adds the row of a batch behind a known end. Where another process claims the book, or a guarded
// stream has moved on, it would be without a first position, which the table refuses.
const behindSQL = `
INSERT INTO ledger.batches (book, first_position, last_position, epoch, recorded_at, chain)
SELECT $1::int4, CASE WHEN pg_try_advisory_xact_lock_shared(%d, $1) %s THEN $2::int8 END, $3::int8, $4::int8, $5::timestamptz, $6::bytea`

// addBatchSQL adds the row of a batch whose end is known.
const addBatchSQL = `
INSERT INTO ledger.batches (book, first_position, last_position, epoch, recorded_at, chain)
VALUES ($1::int4, $2::int8, $3::int8, $4::int8, $5::timestamptz, $6::bytea)`

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
