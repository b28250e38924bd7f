package projections

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"loanledger/domain/fact"
	"loanledger/eventstore"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// loaders is how many connections load rows at a time.
func loaders() int { return max(2, runtime.GOMAXPROCS(0)/2) }

// fill loads the rows of the events up to a position into the empty tables. The log is read and
// decoded ahead of the projectors, which share the loans among them, and the rows are loaded behind
// them.
func (f *fresh) fill(ctx context.Context, to eventstore.Position) error {
	projectors := newShares(f.store, f.book, f.ids, runtime.GOMAXPROCS(0))
	group, inGroup := errgroup.WithContext(ctx)
	rows := make(chan loading, loaders())
	var loaded atomic.Int64
	for range loaders() {
		group.Go(func() error { return f.load(inGroup, rows, &loaded) })
	}
	group.Go(func() error {
		defer close(rows)
		return f.project(inGroup, projectors, to, rows, &loaded)
	})
	if err := group.Wait(); err != nil {
		return err
	}
	projectors.unite(f.p)
	return nil
}

// project takes the log, and hands the rows to the loaders.
func (f *fresh) project(ctx context.Context, s *shares, to eventstore.Position, rows chan<- loading, loaded *atomic.Int64) error {
	started := time.Now()
	takers := make([]func(context.Context, eventstore.Decoded[fact.Fact]) error, len(s.projectors))
	for i, p := range s.projectors {
		p.out.handOn = func(ctx context.Context) error { return sendRows(ctx, p.out, rows, handOnBytes/int(2*tableCount)) }
		takers[i] = func(ctx context.Context, chunk eventstore.Decoded[fact.Fact]) error {
			if err := p.takeShare(ctx, chunk); err != nil || i > 0 {
				return err
			}
			at := s.position()
			f.progress(Progress{
				Book: f.book, Stage: Loading, Position: at, Target: to, Rows: loaded.Load(),
				PerSecond: float64(at) / time.Since(started).Seconds(),
			})
			return nil
		}
	}
	if to > 0 {
		err := eventstore.ReplayBook(ctx, f.store, eventstore.Scan{Book: f.book, UpTo: to, Folding: true}, decodeOne, takers...)
		if err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, p := range s.projectors {
		group.Go(func() error {
			if err := p.writeOpen(ctx); err != nil {
				return err
			}
			return sendRows(ctx, p.out, rows, 1)
		})
	}
	return group.Wait()
}

// rowsToFill is rows that were loaded, and whose memory is used again.
var rowsToFill = sync.Pool{New: func() any { return &copyRows{} }}

// loading is rows of a table on their way to the database.
type loading struct {
	id   tableID
	rows *copyRows
}

// sendRows gives the rows of those tables away that have some bytes of them.
func sendRows(ctx context.Context, out *output, to chan<- loading, least int) error {
	for id, r := range out.rows {
		if r == nil || len(r.buf) < least {
			continue
		}
		select {
		case to <- loading{tableID(id), r}:
			out.rows[id] = rowsToFill.Get().(*copyRows)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// load is one of the loaders. The tables are put in place by a commit that waits for the disk, and
// for all that was written before it.
func (f *fresh) load(ctx context.Context, rows <-chan loading, loaded *atomic.Int64) error {
	conn, err := pgx.ConnectConfig(ctx, f.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `SET synchronous_commit = off`); err != nil {
		return err
	}
	for l := range rows {
		if err := copyIn(ctx, conn.PgConn(), l.id.copyStatement(f.book, freshSuffix), l.rows.buf); err != nil {
			return err
		}
		loaded.Add(int64(l.rows.count))
		l.rows.reset()
		rowsToFill.Put(l.rows)
	}
	return nil
}
