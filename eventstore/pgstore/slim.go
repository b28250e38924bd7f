package pgstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"loanledger/eventstore"
	"loanledger/eventstore/archive"
)

// eventKeys is every column of an event but its data and its sealed part, in no order of the table's.
const eventKeys = `book, position, recorded_at, stream, version, type, schema, command, digest, actor`

// streamsAtOnce is how many streams one question is about.
const streamsAtOnce = 10_000

// slim puts a table in the leaf's place that lacks the data of streams that have ended.
//
// A stream without data must not go on: nobody could fold it. What goes on until the two tables change
// places is seen, and its data is kept. To see it once and for all, that moment has a fence: the table
// that the book is being written to gets another name. Appends that were under way are waited for, and
// looked at; whoever comes later, with versions that it learned earlier, does not find the table, enters
// the leaf anew, looks its streams up, and finds that they are archived.
func (w *leafWork) slim(ctx context.Context, file archive.File, ended Ended) (int64, error) {
	head, err := w.store.Head(ctx, w.part.Book)
	if err != nil {
		return 0, err
	}
	if err := w.collectEnded(ctx, ended); err != nil {
		return 0, err
	}
	relation := fmt.Sprintf("events_%d_%d_archived", w.part.Book, w.part.First)
	if err := w.buildSlim(ctx, relation); err != nil {
		return 0, err
	}
	// What went on while the table was built is looked at before everybody has to wait, as far as that goes.
	since := head.Position
	if head, err = w.store.Head(ctx, w.part.Book); err != nil {
		return 0, err
	}
	if err := pgx.BeginFunc(ctx, w.conn, func(tx pgx.Tx) error { return w.keepLively(ctx, tx, relation, since) }); err != nil {
		return 0, err
	}
	var count int64
	err = w.replaceTable(ctx, relation, func(tx pgx.Tx) error {
		if err := w.fence(ctx, tx); err != nil {
			return err
		}
		if err := w.keepLively(ctx, tx, relation, head.Position); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE ledger.leaves SET relation = $3, archived_at = $4, archive = $5, archive_sha256 = $6
			WHERE book = $1 AND first_position = $2`, int32(w.part.Book), w.part.First, relation, w.store.now(), file.Name, file.SHA256)
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT count(*) FROM ended_streams`).Scan(&count)
	})
	return count, err
}

// collectEnded fills a table of the session with the streams whose data goes: those that have ended and
// have no event after the leaf.
func (w *leafWork) collectEnded(ctx context.Context, ended Ended) error {
	if _, err := w.conn.Exec(ctx, `CREATE TEMPORARY TABLE ended_streams (stream uuid PRIMARY KEY)`); err != nil {
		return err
	}
	some := make([]uuid.UUID, 0, streamsAtOnce)
	ask := func() error {
		gone, err := ended(ctx, some)
		if err != nil {
			return err
		}
		some = some[:0]
		_, err = w.conn.Exec(ctx, fmt.Sprintf(`INSERT INTO ended_streams SELECT stream FROM unnest($1::uuid[]) AS s (stream)
			WHERE NOT EXISTS (SELECT FROM ledger.events e WHERE e.book = %d AND e.position > %d AND e.stream = s.stream)
			ON CONFLICT DO NOTHING`,
			w.part.Book, w.part.Last), gone)
		return err
	}
	for stream := range w.streams {
		if some = append(some, stream); len(some) == streamsAtOnce {
			if err := ask(); err != nil {
				return err
			}
		}
	}
	return ask()
}

// buildSlim makes the table that is to take the leaf's place. A null in it is data that was archived,
// and cannot be anything else.
func (w *leafWork) buildSlim(ctx context.Context, relation string) error {
	return pgx.BeginFunc(ctx, w.conn, func(tx pgx.Tx) error {
		for _, statement := range []string{
			`DROP TABLE IF EXISTS ledger.` + relation, // of a try that ended early
			fmt.Sprintf(`CREATE TABLE ledger.%s (LIKE ledger.events INCLUDING ALL)`, relation),
			fmt.Sprintf(`INSERT INTO ledger.%s (%s, data, personal)
				SELECT %[2]s, CASE WHEN g.stream IS NULL THEN data END, CASE WHEN g.stream IS NULL THEN personal END
				FROM ledger.%[3]s LEFT JOIN ended_streams g USING (stream) ORDER BY position`, relation, eventKeys, w.leaf.Relation),
			fmt.Sprintf(`ALTER TABLE ledger.%s ADD UNIQUE (stream, version),
				ADD CONSTRAINT archived_whole CHECK (data IS NOT NULL OR personal IS NULL), %s`, relation, w.bounds()),
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// bounds is a constraint that says what the leaf's bounds say, so that attaching the table has nothing
// to look for.
func (w *leafWork) bounds() string {
	return fmt.Sprintf(`ADD CONSTRAINT one_leaf CHECK (book IS NOT NULL AND position IS NOT NULL AND book = %d AND position >= %d AND position < %d)`,
		w.part.Book, w.part.First, w.part.Last+1)
}

// replaceFor is how long to try to put a table in the place of another. Each try waits only so long that
// nobody who waits for it is taken for deadlocked.
const replaceFor = time.Minute

// replaceTable puts a table in the place of the leaf's, in a transaction with what else has to be done while
// nobody reads the events.
func (w *leafWork) replaceTable(ctx context.Context, relation string, beside func(pgx.Tx) error) error {
	for until := time.Now().Add(replaceFor); ; {
		err := pgx.BeginFunc(ctx, w.conn, func(tx pgx.Tx) error {
			for _, statement := range []string{`SET LOCAL lock_timeout = '500ms'`, `LOCK TABLE ledger.events IN ACCESS EXCLUSIVE MODE`} {
				if _, err := tx.Exec(ctx, statement); err != nil {
					return err
				}
			}
			if err := beside(tx); err != nil {
				return err
			}
			for _, statement := range []string{
				`ALTER TABLE ledger.events DETACH PARTITION ledger.` + w.leaf.Relation,
				`DROP TABLE ledger.` + w.leaf.Relation,
			} {
				if _, err := tx.Exec(ctx, statement); err != nil {
					return err
				}
			}
			if err := attachLeaf(ctx, tx, w.part.Book, relation, w.part.First, w.part.Last); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `ALTER TABLE ledger.`+relation+` DROP CONSTRAINT one_leaf`)
			return err
		})
		refused := (*pgconn.PgError)(nil)
		switch {
		case err == nil || time.Now().After(until):
			return err
		case errors.Is(err, errNoNextLeaf):
			if err := w.store.nextLeaf(ctx, w.part.Book); err != nil {
				return err
			}
		case !errors.As(err, &refused) || refused.Code != "55P03":
			return err
		}
		if err := sleep(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}

// errNoNextLeaf: the leaf that the book is to be written to has not been made yet.
var errNoNextLeaf = errors.New("the book has no leaf for its next position")

// fence gives the table that the book is written to another name. Once that is done, nothing is appended
// until the transaction ends.
func (w *leafWork) fence(ctx context.Context, tx pgx.Tx) error {
	for {
		var first, last, end eventstore.Position
		var relation string
		err := tx.QueryRow(ctx, `SELECT first_position, last_position, relation, b.position
			FROM (SELECT max(last_position) AS position FROM ledger.batches WHERE book = $1) AS b
			JOIN ledger.leaves ON book = $1 AND b.position + 1 BETWEEN first_position AND last_position`,
			int32(w.part.Book)).Scan(&first, &last, &relation, &end)
		if errors.Is(err, pgx.ErrNoRows) {
			return errNoNextLeaf
		}
		if err != nil {
			return err
		}
		fences, base := 0, fmt.Sprintf("events_%d_%d", w.part.Book, first)
		_, _ = fmt.Sscanf(relation, base+"_fence%d", &fences) // a table that has none is at its first
		renamed := fmt.Sprintf("%s_fence%d", base, fences+1)
		for _, statement := range []string{
			fmt.Sprintf(`ALTER TABLE ledger.%s RENAME TO %s`, relation, renamed),
			fmt.Sprintf(`UPDATE ledger.leaves SET relation = '%s' WHERE book = %d AND first_position = %d`, renamed, w.part.Book, first),
		} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		// Appends that were under way have ended. If they have filled the leaf, the next one is written to.
		if err := tx.QueryRow(ctx, `SELECT max(last_position) FROM ledger.batches WHERE book = $1`, int32(w.part.Book)).Scan(&end); err != nil || end < last {
			return err
		}
	}
}

// keepLively puts back the data of streams that got events since a position.
func (w *leafWork) keepLively(ctx context.Context, tx pgx.Tx, relation string, since eventstore.Position) error {
	rows, err := tx.Query(ctx, fmt.Sprintf(`SELECT DISTINCT stream FROM ledger.events WHERE book = %d AND position > %d`, w.part.Book, since))
	if err != nil {
		return err
	}
	lively, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil || len(lively) == 0 {
		return err
	}
	if rows, err = tx.Query(ctx, `DELETE FROM ended_streams WHERE stream = ANY ($1) RETURNING stream`, lively); err != nil {
		return err
	}
	if lively, err = pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err != nil || len(lively) == 0 {
		return err
	}
	_, err = tx.Exec(ctx, fmt.Sprintf(`UPDATE ledger.%s s SET data = e.data, personal = e.personal FROM ledger.%s e
		WHERE s.stream = ANY ($1) AND e.book = s.book AND e.position = s.position`, relation, w.leaf.Relation), lively)
	return err
}
