package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// copyBatch is how many rows one COPY brings.
const copyBatch = 10_000

// withDatabase is an address with another database. Only addresses in the form of a URL have one.
func withDatabase(address, name string) (string, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return "", fmt.Errorf("the database URL has to begin with postgres://")
	}
	u.Path = "/" + name
	return u.String(), nil
}

// connect is a session of its own for a baseline.
func (r *rig) connect(ctx context.Context) (*pgconn.PgConn, error) {
	conn, err := pgx.Connect(ctx, r.url)
	if err != nil {
		return nil, err
	}
	return conn.PgConn(), nil
}

// bareTable makes an empty table like another one, with the same indexes, and drops it after use. One like
// the events is like a leaf of them, which has an index more.
func (r *rig) bareTable(ctx context.Context, like string, use func(table string) error) error {
	table, index := "bench.bare", ""
	if like == "ledger.events" {
		index = ", UNIQUE (stream, version)"
	}
	for _, statement := range []string{
		`DROP TABLE IF EXISTS ` + table,
		`CREATE TABLE ` + table + ` (LIKE ` + like + ` INCLUDING ALL` + index + `)`,
	} {
		if _, err := r.pool.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := use(table); err != nil {
		return err
	}
	_, err := r.pool.Exec(ctx, `DROP TABLE `+table)
	return err
}

// copyEvents copies as many events as were appended, by one session, batch by batch.
func (r *rig) copyEvents(ctx context.Context, events int64) (s stretch, err error) {
	conn, err := r.connect(ctx)
	if err != nil {
		return s, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = r.bareTable(ctx, "ledger.events", func(table string) error {
		statement := `COPY ` + table + ` (` + eventColumns + `) FROM STDIN (FORMAT binary)`
		// The first batch warms up, and is not counted.
		done, counted := uint64(0), time.Time{}
		for end := uint64(events + copyBatch); done < end; {
			if done == copyBatch {
				counted = time.Now()
			}
			to := min(done+copyBatch, end)
			if _, err := conn.CopyFrom(ctx, &copyStream{sample: r.sample, next: done, end: to}, statement); err != nil {
				return err
			}
			done = to
		}
		s.count, s.took = events, time.Since(counted)
		return nil
	})
	return s, err
}

// insertEvents inserts one event a transaction, by sessions that each have a prepared statement.
func (r *rig) insertEvents(ctx context.Context, sessions int, lasting time.Duration) (s stretch, err error) {
	conns := make([]*pgconn.PgConn, sessions)
	for i := range conns {
		if conns[i], err = r.connect(ctx); err != nil {
			return s, err
		}
		defer conns[i].Close(context.WithoutCancel(ctx))
	}
	err = r.bareTable(ctx, "ledger.events", func(table string) error {
		statement := `INSERT INTO ` + table + ` (` + eventColumns + `) VALUES (`
		for i := range 12 {
			statement += "$" + strconv.Itoa(i+1) + ","
		}
		statement = statement[:len(statement)-1] + ")"
		for _, conn := range conns {
			if _, err := conn.Prepare(ctx, "insert_event", statement, nil); err != nil {
				return err
			}
		}
		var numbers counter
		s, err = closedLoop(ctx, sessions, lasting, func(worker int) operation {
			conn, buffer := conns[worker], []byte(nil)
			return func(ctx context.Context, m *meter) error {
				began, i := time.Now(), numbers.take()
				buffer = rowAt(0, i).tuple(buffer[:0], r.sample, int64(i)+1)
				_, err := conn.ExecPrepared(ctx, "insert_event", parameters(buffer), []int16{1}, nil).Close()
				m.done(began)
				return err
			}
		})
		return err
	})
	return s, err
}

// copied is rows in the form of a binary COPY, and the table that they are of.
type copied struct {
	like string
	data []byte
}

// copyOut takes the rows of a query that are of a table into memory.
func (r *rig) copyOut(ctx context.Context, like, query string) (copied, error) {
	var into bytes.Buffer
	_, err := r.copyTo(ctx, &into, query)
	return copied{like, into.Bytes()}, err
}

// copyTo writes the rows of a query in the form of a binary COPY.
func (r *rig) copyTo(ctx context.Context, into io.Writer, query string) (rows int64, err error) {
	conn, err := r.pool.Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Release()
	tag, err := conn.Conn().PgConn().CopyTo(ctx, into, `COPY (`+query+`) TO STDOUT (FORMAT binary)`)
	return tag.RowsAffected(), err
}

// copyIn copies rows into empty tables like theirs, and is the time that this takes.
func (r *rig) copyIn(ctx context.Context, tables []copied) (took time.Duration, err error) {
	conn, err := r.connect(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, t := range tables {
		err := r.bareTable(ctx, t.like, func(table string) error {
			began := time.Now()
			_, err := conn.CopyFrom(ctx, bytes.NewReader(t.data), `COPY `+table+` FROM STDIN (FORMAT binary)`)
			took += time.Since(began)
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("%s: %w", t.like, err)
		}
	}
	return took, nil
}
