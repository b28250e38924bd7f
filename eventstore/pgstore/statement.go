package pgstore

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// lockSpace is the first half of the advisory lock keys of books; the second is the book, or 0 for
// the opening of books.
const lockSpace int32 = 0x6c6f616e

// claimSpace is that of locks which keep others from following blindly. They hold it in share mode while
// they do, and never wait for it: between them there would be no gap for anybody else to come in.
const claimSpace = lockSpace + 2

// Names of a committer's prepared statements.
const (
	beginStatement         = "begin"
	behindStatement        = "behind"
	guardedBehindStatement = "behind_guarded"
	copyStatement          = "copy"
	claimStatement         = "claim"
	lockStatement          = "lock"
	batchStatement         = "batch"
	guardedStatement       = "guarded"
	straddleStatement      = "straddle"
	commitStatement        = "commit"
	rollbackStatement      = "rollback"
	headStatement          = "head"
	leavesStatement        = "leaves"
	versionsStatement      = "versions"
	outcomeStatement       = "outcome"
	endOldStatement        = "end_old"
)

// committerStatements are the statements of a book's committer, but for those of a leaf. The lock is a
// statement of its own, so that the one after it sees what was committed while it waited.
//
// The LIMITs of the look-ups keep the planner from joining the other way round, from all events to
// the few that are asked for, as it likes to while the table is small.
func committerStatements(book eventstore.Book) map[string]string {
	return map[string]string{
		beginStatement:    `BEGIN`,
		behindStatement:   fmt.Sprintf(behindSQL, claimSpace, ``),
		lockStatement:     fmt.Sprintf(`SELECT pg_advisory_xact_lock(%d, %d)`, lockSpace, book),
		claimStatement:    fmt.Sprintf(`SELECT pg_advisory_xact_lock(%d, %d)`, claimSpace, book),
		commitStatement:   `COMMIT`,
		rollbackStatement: `ROLLBACK`,
		headStatement: fmt.Sprintf(`
SELECT last_position, epoch FROM ledger.batches WHERE book = %d ORDER BY last_position DESC LIMIT 1`, book),
		leavesStatement: fmt.Sprintf(`
SELECT b.last_position, l.first_position, l.last_position, l.relation
FROM (SELECT last_position FROM ledger.batches WHERE book = %[1]d ORDER BY last_position DESC LIMIT 1) AS b
JOIN ledger.leaves l ON l.book = %[1]d ORDER BY l.first_position`, book),
		versionsStatement: fmt.Sprintf(`
SELECT s.stream, e.version, e.archived FROM unnest($1::uuid[], $2::int8[]) AS s (stream, since)
CROSS JOIN LATERAL (
	SELECT version, data IS NULL AS archived FROM ledger.events
	WHERE book = %d AND stream = s.stream AND position >= s.since ORDER BY version DESC LIMIT 1
) AS e`, book),
		outcomeStatement: fmt.Sprintf(`
SELECT b.first_position, b.last_position, b.epoch, b.recorded_at, b.chain,
	(SELECT p.chain FROM ledger.batches p WHERE p.book = %[1]d AND p.last_position = b.first_position - 1)
FROM (SELECT position FROM ledger.events WHERE book = %[1]d AND stream = $1::uuid AND version = $2::int4 LIMIT 1) AS e
CROSS JOIN LATERAL (
	SELECT * FROM ledger.batches WHERE book = %[1]d AND last_position >= e.position ORDER BY last_position LIMIT 1
) AS b`, book),
		endOldStatement: `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1::int4 AND backend_start::text = $2::text`,
	}
}

// leafStatements are the statements that write to a leaf.
func leafStatements(book eventstore.Book, at *leaf) map[string]string {
	within := fmt.Sprintf(`AND first_position >= %d AND last_position <= %d`, at.first, at.last)
	beyond := fmt.Sprintf(`AND first_position BETWEEN %d AND %d`, at.first, at.last)
	guards := fmt.Sprintf(guardSQL, at.table(), 16, 17)
	statements := map[string]string{
		batchStatement:         fmt.Sprintf(batchSQL, at.table(), within),
		guardedStatement:       fmt.Sprintf(batchSQL, at.table(), within+guards),
		straddleStatement:      fmt.Sprintf(batchSQL, `ledger.events`, beyond+guards),
		guardedBehindStatement: fmt.Sprintf(behindSQL, claimSpace, fmt.Sprintf(guardSQL, at.table(), 7, 8)),
		copyStatement:          fmt.Sprintf(copySQL, at.table()),
	}
	for events := 1; events <= fewEvents; events++ {
		statements[soloStatement(events)] = soloSQL(at.table(), events)
	}
	return statements
}

// batchSQL appends a batch and answers where it stands. It adds nothing, and answers no row, if the
// era is another one ($4), if its positions are not where it is to be written, or if one of the guarded
// streams has moved on.
const batchSQL = `
WITH batch AS (
	INSERT INTO ledger.batches (book, first_position, last_position, epoch, recorded_at, chain)
	SELECT $1::int4, first_position, last_position, $5::int8, recorded_at,
		sha256(chain || int8send(first_position) || int8send(last_position) || int8send($5) ||
			timestamptz_send(recorded_at) || $6::bytea)
	FROM (
		SELECT last_position + 1 AS first_position, last_position + $2::int8 AS last_position,
			greatest($3::timestamptz, recorded_at) AS recorded_at, epoch, chain
		FROM ledger.batches WHERE book = $1 ORDER BY ledger.batches.last_position DESC LIMIT 1
	) AS last
	WHERE epoch = $4::int8 %[2]s
	RETURNING first_position, recorded_at, chain
), added AS (
	INSERT INTO %[1]s (book, position, recorded_at, stream, version, type, schema, command, digest, actor, data, personal)
	SELECT $1, batch.first_position + e.nr - 1, batch.recorded_at,
		e.stream, e.version, e.type, e.schema, e.command, e.digest, e.actor, e.data, e.personal
	FROM batch, unnest($7::uuid[], $8::int4[], $9::text[], $10::int2[], $11::uuid[], $12::bytea[], $13::text[],
		$14::bytea[], $15::bytea[]) WITH ORDINALITY
		AS e (stream, version, type, schema, command, digest, actor, data, personal, nr)
)
SELECT first_position, recorded_at, chain FROM batch`

// guardSQL looks for the versions that guarded streams must not have yet, given as two parameters. They
// can only be in the leaf that is written to (see leaf).
const guardSQL = ` AND NOT EXISTS (
		SELECT FROM unnest($%[2]d::uuid[], $%[3]d::int4[]) AS guard (stream, version)
		WHERE (SELECT true FROM %[1]s e WHERE e.book = $1 AND e.stream = guard.stream AND e.version = guard.version LIMIT 1)
	)`

// batchBuffers are the parameters of a batch, in buffers that are used again.
type batchBuffers struct {
	streams, versions, types, schemas, commands, digests, actors, data, personal array
	guardStreams, guardVersions                                                  array
	guards                                                                       []guarded // the first few of them
	copied                                                                       []byte    // the events in the format of COPY
	digest                                                                       batchDigest
	sum                                                                          [32]byte // the digest's
	events                                                                       int
}

// call fills the buffers with a batch and answers the statement that appends it at a time, to one leaf
// or beyond its end.
func (b *batchBuffers) call(book eventstore.Book, batch []*pending, at time.Time, beyond bool) call {
	b.fill(batch, beyond)
	c := call{statement: batchStatement, parameters: append([][]byte{
		int32Bytes(int32(book)), int64Bytes(int64(b.events)),
		int64Bytes(at.UnixMicro() - postgresEpoch.UnixMicro()),
		int64Bytes(batch[0].Epoch), int64Bytes(nextEpoch(batch)), b.sum[:],
	}, b.arrays()...)}
	if b.guardStreams.count > 0 {
		c.statement = guardedStatement
		if beyond {
			c.statement = straddleStatement
		}
		c.parameters = append(c.parameters, b.guardStreams.encoded(), b.guardVersions.encoded())
	}
	return c
}

// fill fills the buffers with a batch.
func (b *batchBuffers) fill(batch []*pending, guarded bool) {
	b.reset()
	for _, p := range batch {
		b.digest.addHashed(p.hashed)
		for i := range p.Streams {
			s := &p.Streams[i]
			if guarded || len(s.Events) == 0 {
				b.guard(s.Stream, s.Expected+1)
			}
			for j := range s.Events {
				b.add(&p.Append, s, j)
			}
		}
	}
	b.sum = b.digest.sum()
}

// arrays are the columns of the batch's events.
func (b *batchBuffers) arrays() [][]byte {
	return [][]byte{
		b.streams.encoded(), b.versions.encoded(), b.types.encoded(), b.schemas.encoded(), b.commands.encoded(),
		b.digests.encoded(), b.actors.encoded(), b.data.encoded(), b.personal.encoded(),
	}
}

func (b *batchBuffers) reset() {
	b.events = 0
	b.digest.reset()
	for _, a := range []*array{&b.streams, &b.commands, &b.guardStreams} {
		a.reset(oidUUID)
	}
	for _, a := range []*array{&b.digests, &b.data, &b.personal} {
		a.reset(oidBytea)
	}
	for _, a := range []*array{&b.versions, &b.guardVersions} {
		a.reset(oidInt4)
	}
	b.types.reset(oidText)
	b.actors.reset(oidText)
	b.schemas.reset(oidInt2)
	b.guards = b.guards[:0]
}

// guarded is a stream, and the version that it must not have yet.
type guarded struct {
	stream  uuid.UUID
	version eventstore.Version
}

// knownGuards is how many guards of a batch are looked through for one that is there already: most
// commands are guarded by the same few streams.
const knownGuards = 8

func (b *batchBuffers) guard(stream uuid.UUID, version eventstore.Version) {
	g := guarded{stream, version}
	if slices.Contains(b.guards, g) {
		return
	}
	if len(b.guards) < knownGuards {
		b.guards = append(b.guards, g)
	}
	b.guardStreams.bytes(stream[:])
	b.guardVersions.int32(int32(version))
}

// add takes event j of a run.
func (b *batchBuffers) add(a *eventstore.Append, s *eventstore.StreamAppend, j int) {
	e := &s.Events[j]
	b.events++
	b.streams.bytes(s.Stream[:])
	b.versions.int32(int32(s.Expected) + int32(j) + 1)
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
}

// place is where a batch stands in the book.
type place struct {
	first      eventstore.Position
	recordedAt time.Time
	chain      [32]byte
}

// decodePlace reads the answer of the batch statement; without a row nothing was added.
func decodePlace(rows [][][]byte) (p place, added bool) {
	if len(rows) == 0 {
		return place{}, false
	}
	return place{eventstore.Position(int64Of(rows[0][0])), timeOf(rows[0][1]), [32]byte(rows[0][2])}, true
}

// lookUps is the parameters of the versions statement: streams, and from which position on each may be there.
func lookUps(streams []uuid.UUID, at *leaf) [][]byte {
	var ids, since array
	ids.reset(oidUUID)
	since.reset(oidInt8)
	for i := range streams {
		ids.bytes(streams[i][:])
		since.int64(int64(at.since(streams[i])))
	}
	return [][]byte{ids.encoded(), since.encoded()}
}
