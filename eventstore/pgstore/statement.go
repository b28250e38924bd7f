package pgstore

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// lockSpace is the first half of the advisory lock keys of books; the second is the book, or 0 for
// the opening of books.
const lockSpace int32 = 0x6c6f616e

// Names of a committer's prepared statements.
const (
	beginStatement    = "begin"
	lockStatement     = "lock"
	batchStatement    = "batch"
	commitStatement   = "commit"
	versionsStatement = "versions"
	outcomeStatement  = "outcome"
	endOldStatement   = "end_old"
)

// committerStatements are the statements of a book's committer. The lock is a statement of its own,
// so that the one after it sees what was committed while it waited.
//
// The batch statement adds nothing if the era is another one ($4), or if one of the probed versions
// ($16, $17) is there already; its answer says where the book stands and which probes were hit.
func committerStatements(book eventstore.Book) map[string]string {
	return map[string]string{
		beginStatement:  `BEGIN`,
		lockStatement:   fmt.Sprintf(`SELECT pg_advisory_xact_lock(%d, %d)`, lockSpace, book),
		commitStatement: `COMMIT`,
		batchStatement: fmt.Sprintf(`
WITH last AS MATERIALIZED (
	SELECT last_position, epoch, recorded_at, chain FROM ledger.batches
	WHERE book = $1::int4 ORDER BY last_position DESC LIMIT 1
), hit AS MATERIALIZED (
	SELECT probe.nr FROM unnest($16::uuid[], $17::int4[]) WITH ORDINALITY AS probe (stream, version, nr)
	WHERE EXISTS (SELECT FROM %[1]s e WHERE e.book = $1 AND e.stream = probe.stream AND e.version = probe.version)
), next AS MATERIALIZED (
	SELECT last_position + 1 AS first_position, last_position + $2::int8 AS last_position,
		greatest($3::timestamptz, recorded_at) AS recorded_at, chain
	FROM last WHERE epoch = $4::int8 AND NOT EXISTS (SELECT FROM hit)
), batch AS (
	INSERT INTO ledger.batches (book, first_position, last_position, epoch, recorded_at, chain)
	SELECT $1, first_position, last_position, $5::int8, recorded_at,
		sha256(chain || int8send(first_position) || int8send(last_position) || int8send($5) ||
			timestamptz_send(recorded_at) || $6::bytea)
	FROM next
), added AS (
	INSERT INTO %[1]s (book, position, recorded_at, stream, version, type, schema, command, digest, actor, data, personal)
	SELECT $1, next.first_position + e.nr - 1, next.recorded_at,
		e.stream, e.version, e.type, e.schema, e.command, e.digest, e.actor, e.data, e.personal
	FROM next, unnest($7::uuid[], $8::int4[], $9::text[], $10::int2[], $11::uuid[], $12::bytea[], $13::text[],
		$14::bytea[], $15::bytea[]) WITH ORDINALITY
		AS e (stream, version, type, schema, command, digest, actor, data, personal, nr)
)
SELECT last.epoch, next.first_position, next.recorded_at, (SELECT array_agg(nr::int4) FROM hit)
FROM last LEFT JOIN next ON true`, partition(book)),
		versionsStatement: fmt.Sprintf(`
SELECT s.stream, (SELECT e.version FROM %s e WHERE e.book = %d AND e.stream = s.stream ORDER BY e.version DESC LIMIT 1)
FROM unnest($1::uuid[]) AS s (stream)`, partition(book), book),
		outcomeStatement: fmt.Sprintf(`
SELECT s.nr::int4, e.position, e.recorded_at, e.command, e.digest
FROM unnest($1::uuid[], $2::int4[]) WITH ORDINALITY AS s (stream, version, nr)
JOIN %s e ON e.book = %d AND e.stream = s.stream AND e.version = s.version`, partition(book), book),
		endOldStatement: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1::int4 AND backend_start::text = $2::text`,
	}
}

// partition is the table that holds a book's events. Writing to it directly spares the routing.
func partition(book eventstore.Book) string { return fmt.Sprintf("ledger.events_%d", book) }

// batchBuffers are the parameters of a batch, in buffers that are used again.
type batchBuffers struct {
	streams, versions, types, schemas, commands, digests, actors, data, personal array
	probeStreams, probeVersions                                                  array
	digest                                                                       batchDigest
	events                                                                       int
}

// call fills the buffers with a batch and answers the statement that appends it at a time.
func (b *batchBuffers) call(book eventstore.Book, batch []*pending, at time.Time) call {
	b.reset()
	next := batch[0].Epoch
	for _, p := range batch {
		if p.NextEpoch != 0 {
			next = p.NextEpoch
		}
		for i := range p.Streams {
			s := &p.Streams[i]
			if len(s.Events) == 0 {
				b.probeStreams.bytes(s.Stream[:])
				b.probeVersions.int32(int32(s.Expected) + 1)
			}
			for j := range s.Events {
				b.add(&p.Append, s, j)
			}
		}
	}
	digest := b.digest.sum()
	return call{batchStatement, [][]byte{
		int32Bytes(int32(book)), int64Bytes(int64(b.events)),
		int64Bytes(at.UnixMicro() - postgresEpoch.UnixMicro()),
		int64Bytes(batch[0].Epoch), int64Bytes(next), digest[:],
		b.streams.encoded(), b.versions.encoded(), b.types.encoded(), b.schemas.encoded(), b.commands.encoded(),
		b.digests.encoded(), b.actors.encoded(), b.data.encoded(), b.personal.encoded(),
		b.probeStreams.encoded(), b.probeVersions.encoded(),
	}}
}

func (b *batchBuffers) reset() {
	b.events = 0
	b.digest.reset()
	for _, a := range []*array{&b.streams, &b.commands, &b.probeStreams} {
		a.reset(oidUUID)
	}
	for _, a := range []*array{&b.digests, &b.data, &b.personal} {
		a.reset(oidBytea)
	}
	for _, a := range []*array{&b.versions, &b.probeVersions} {
		a.reset(oidInt4)
	}
	b.types.reset(oidText)
	b.actors.reset(oidText)
	b.schemas.reset(oidInt2)
}

// add takes event j of a run.
func (b *batchBuffers) add(a *eventstore.Append, s *eventstore.StreamAppend, j int) {
	e := &s.Events[j]
	version := s.Expected + eventstore.Version(j) + 1
	b.events++
	b.streams.bytes(s.Stream[:])
	b.versions.int32(int32(version))
	b.types.text(e.Type)
	b.schemas.int16(e.Schema)
	b.commands.bytes(a.Command[:])
	b.digests.bytes(a.Digest[:])
	b.actors.text(a.Actor)
	b.data.bytes(e.Data)
	if e.Personal == nil {
		b.personal.null()
	} else {
		b.personal.bytes(e.Personal)
	}
	b.digest.add(&eventstore.Event{
		Stream: s.Stream, Version: version, Type: e.Type, Schema: e.Schema,
		Command: a.Command, Digest: a.Digest, Actor: a.Actor, Data: e.Data, Personal: e.Personal,
	})
}

// batchAnswer is what the batch statement answered.
type batchAnswer struct {
	known      bool // the book is there
	added      bool
	epoch      int64 // before the batch
	first      eventstore.Position
	recordedAt time.Time
	hit        []int // probes that were hit, from 0
}

func decodeBatchAnswer(rows [][][]byte) batchAnswer {
	if len(rows) == 0 {
		return batchAnswer{}
	}
	row := rows[0]
	a := batchAnswer{known: true, epoch: int64(binary.BigEndian.Uint64(row[0]))}
	if row[1] != nil {
		a.added = true
		a.first = eventstore.Position(binary.BigEndian.Uint64(row[1]))
		a.recordedAt = timeOf(row[2])
	}
	if row[3] != nil {
		for b := row[3][arrayHeader:]; len(b) >= 8; b = b[8:] {
			a.hit = append(a.hit, int(binary.BigEndian.Uint32(b[4:]))-1)
		}
	}
	return a
}

// streamsParameter is the parameter of the versions statement.
func streamsParameter(streams []uuid.UUID) [][]byte {
	var a array
	a.reset(oidUUID)
	for i := range streams {
		a.bytes(streams[i][:])
	}
	return [][]byte{a.encoded()}
}
