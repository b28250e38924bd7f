package pgstore

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"loanledger/eventstore"
)

const (
	scanSQL    = `SELECT ` + eventColumns + scanFrom
	foldingSQL = `SELECT ` + foldingColumns + scanFrom
	scanFrom   = ` FROM ledger.events WHERE book = $1 AND position > $2 AND position <= $3 ORDER BY position`
)

const (
	// scanStatement is how many events one statement of a scan brings: enough that its planning is
	// lost among them, and few enough that no snapshot is held for long.
	scanStatement = 8 * eventstore.ScanChunk
	// scanAhead is how many chunks wait to be handled, beside the one that is being read.
	scanAhead = 2
	// scanBuffer is how many bytes a scan takes from its connection at once, where there are as many.
	scanBuffer = 256 << 10
)

// Scan gives a stretch of a book to handle, chunk by chunk, in order and without gaps. A long one has
// a connection of its own, so that none of the pool is missing to others.
func (s *Store) Scan(ctx context.Context, scan eventstore.Scan, handle func(context.Context, []eventstore.Event) error) error {
	scan, err := scan.Bounded(ctx, s)
	if err != nil {
		return err
	}
	if scan.UpTo-scan.After <= eventstore.ScanChunk {
		return s.scan(ctx, scan, func(events []eventstore.Event) error { return handle(ctx, events) })
	}
	reading, stop := context.WithCancel(ctx)
	chunks := make(chan []eventstore.Event, scanAhead)
	read := make(chan error, 1)
	go func() {
		defer close(chunks)
		read <- s.scan(reading, scan, func(events []eventstore.Event) error {
			select {
			case chunks <- events:
				return nil
			case <-reading.Done():
				return reading.Err()
			}
		})
	}()
	for events := range chunks {
		if err = ctx.Err(); err == nil { // nothing that was read ahead is handled after the end
			err = handle(ctx, events)
		}
		if err != nil {
			break
		}
	}
	stop()
	if readErr := <-read; err == nil {
		err = readErr
	}
	return err
}

// scan reads a stretch of a book, and goes on where it was when a connection breaks.
func (s *Store) scan(ctx context.Context, scan eventstore.Scan, take func([]eventstore.Event) error) error {
	r := &scanner{store: s, scan: scan, take: take, rows: eventRows{book: scan.Book, texts: texts{}, partial: s.files != nil}}
	defer r.close()
	for r.scan.After < r.scan.UpTo {
		err := again(ctx, func() error {
			err := r.statement(ctx)
			if r.taken != nil {
				return nil
			}
			if err != nil {
				r.close() // whatever it was, the next try has another connection
			}
			return err
		})
		switch {
		case r.taken != nil:
			return r.taken
		case err != nil:
			return fmt.Errorf("scan book %d: %w", scan.Book, s.nameRange(ctx, err))
		}
	}
	return nil
}

// scanner is a scan under way.
type scanner struct {
	store   *Store
	scan    eventstore.Scan // what is left of it
	rows    eventRows
	take    func([]eventstore.Event) error
	taken   error // of take, which ends the scan
	conn    *pgconn.PgConn
	release func()
}

// connect has a connection of the pool for a short scan, and one of its own for a long one.
func (r *scanner) connect(ctx context.Context) error {
	if r.conn != nil {
		return nil
	}
	if r.scan.UpTo-r.scan.After <= eventstore.ScanChunk {
		pooled, err := r.store.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		r.conn, r.release = pooled.Conn().PgConn(), pooled.Release
		return nil
	}
	config := r.store.connConfig()
	config.BuildFrontend = func(from io.Reader, to io.Writer) *pgproto3.Frontend {
		return pgproto3.NewFrontend(bufio.NewReaderSize(from, scanBuffer), to)
	}
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	r.conn, r.release = conn, func() { conn.Close(context.WithoutCancel(ctx)) }
	return nil
}

func (r *scanner) close() {
	if r.conn != nil {
		r.release()
	}
	r.conn = nil
}

// statement reads the next events, and is done with each chunk of them once it was taken.
func (r *scanner) statement(ctx context.Context) error {
	if err := r.connect(ctx); err != nil {
		return err
	}
	upTo := min(r.scan.UpTo, r.scan.After+scanStatement)
	sql := scanSQL
	if r.scan.Folding {
		sql = foldingSQL
	}
	answer := r.conn.ExecParams(ctx, sql, [][]byte{
		int32Bytes(int32(r.scan.Book)), int64Bytes(int64(r.scan.After)), int64Bytes(int64(upTo)),
	}, scanTypes, scanFormats, scanFormats[:1])
	r.rows.next(int(min(upTo-r.scan.After, eventstore.ScanChunk)))
	var err error
	for err == nil && answer.NextRow() {
		if err = r.rows.add(answer.Values()); err == nil && len(r.rows.events) == eventstore.ScanChunk {
			err = r.chunk(upTo)
		}
	}
	if _, closeErr := answer.Close(); err == nil {
		err = closeErr
	}
	if err == nil && r.taken == nil && r.scan.After < upTo {
		err = r.chunk(upTo)
	}
	return err
}

const oidInt8 = 20

var (
	scanTypes   = []uint32{oidInt4, oidInt8, oidInt8}
	scanFormats = []int16{1, 1, 1}
)

// chunk hands on what was read, within a statement that ends with a position.
func (r *scanner) chunk(upTo eventstore.Position) error {
	end := min(upTo, r.scan.After+eventstore.ScanChunk)
	if err := eventstore.Complete(r.scan.Book, r.rows.events, r.scan.After, end); err != nil {
		return err
	}
	if err := r.store.whole(r.rows.events, r.scan.Folding); err != nil {
		return err
	}
	if r.taken = r.take(r.rows.events); r.taken != nil {
		return r.taken
	}
	r.scan.After = end
	r.rows.next(int(min(upTo-end, eventstore.ScanChunk)))
	return nil
}
