package pgstore

import (
	"fmt"
	"slices"
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
	// the arrays.
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

// notAlone takes note that somebody else has appended.
func (c *committer) notAlone() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end.unbroken, c.tip = 0, nil
}

// base answers the end that a batch of an era can follow blindly, where there is one: what is in the
// log, or what will be once that is there which was sent. The caller holds the link's sending lock.
func (c *committer) base(l *link, epoch int64) (at end, onItsWay, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.end.unbroken < soloAfter {
		return end{}, false, false
	}
	if c.sent > 0 && c.tip == nil { // nobody knows yet; but soon
		c.mu.Unlock()
		<-l.answered
		c.mu.Lock()
	}
	at = c.end
	if c.sent > 0 {
		if c.tip == nil {
			return end{}, false, false
		}
		at = *c.tip
	}
	known, _ := c.store.tail(c.book).watch()
	return at, c.sent > 0, at.unbroken >= soloAfter && at.epoch == epoch && known <= at.last
}

// sendSolo is the exchange that commits a batch right behind a known end. It adds nothing if a guarded
// stream has moved on, or if that end has not come to be.
func (c *committer) sendSolo(b *batchBuffers, l *link, in *leaf, batch []*pending) (where place, added bool, err error) {
	l.sending.Lock()
	c.mu.Lock()
	watchful := c.sent > 0
	c.mu.Unlock()
	statement, events := b.behind(batch, watchful)
	_, _, err = l.ask(1, func() error {
		behind, onItsWay, ok := c.base(l, batch[0].Epoch)
		if !ok || l.leaf.Load() != in || onItsWay && !watchful || !in.holds(behind.last+1, behind.last+eventCount(batch)) {
			return errNotNow
		}
		var head [][]byte
		where, head = behind.next(c.book, c.store.now(), batch, b.sum)
		if statement == watchfulStatement {
			events = append(events, behind.chain[:])
		}
		behind.follow(batch, where)
		c.sending(&behind)
		l.send([]call{{statement, append(head, events...)}})
		return nil
	}, func(answers [][][][]byte, err error) {
		added = err == nil && (statement != watchfulStatement || len(answers[0]) > 0)
		c.answered(batch, where, added)
	})
	return where, added, err
}

// next is where a batch with a digest stands behind the end, and the parameters that say so.
func (e *end) next(book eventstore.Book, now time.Time, batch []*pending, digest [32]byte) (at place, head [][]byte) {
	at = place{first: e.last + 1, recordedAt: now}
	if at.recordedAt.Before(e.recordedAt) {
		at.recordedAt = e.recordedAt
	}
	last := e.last + eventCount(batch)
	micros, epoch := at.recordedAt.UnixMicro()-postgresEpoch.UnixMicro(), nextEpoch(batch)
	at.chain = chainAfter(e.chain[:], at.first, last, epoch, micros, digest)
	return at, [][]byte{
		int32Bytes(int32(book)), int64Bytes(int64(at.first)), int64Bytes(int64(last)), int64Bytes(epoch), int64Bytes(micros), at.chain[:],
	}
}

// behind fills the buffers with a batch and answers the statement that adds it behind a known end,
// with the parameters that say what its events are.
func (b *batchBuffers) behind(batch []*pending, watchful bool) (statement string, events [][]byte) {
	if watchful || len(batch) > 1 || batch[0].events > fewEvents || batch[0].guards() {
		b.fill(batch, false)
		if watchful || b.guardStreams.count > 0 {
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

// watchfulSQL adds a batch behind a known end, and answers a row, unless a guarded stream has moved on or
// the end is not the one whose chain ($18) is expected.
const watchfulSQL = `
WITH batch AS (
	INSERT INTO ledger.batches (book, first_position, last_position, epoch, recorded_at, chain)
	SELECT $1::int4, $2::int8, $3::int8, $4::int8, $5::timestamptz, $6::bytea
	WHERE EXISTS (SELECT FROM ledger.batches WHERE book = $1 AND last_position = $2 - 1 AND chain = $18::bytea) %[2]s
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
