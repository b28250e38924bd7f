package projections

import (
	"context"
	"runtime"
	"sync/atomic"
	"time"

	"loanledger/eventstore"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// loaders is how many connections load rows at a time.
func loaders() int { return max(2, runtime.GOMAXPROCS(0)/2) }

// fill loads the rows of the events up to a position into the empty tables. The log is read and
// decoded ahead of the folding, and the rows are loaded behind it.
func (f *fresh) fill(ctx context.Context, to eventstore.Position) error {
	group, inGroup := errgroup.WithContext(ctx)
	ahead := make(chan decoding, runtime.GOMAXPROCS(0)+1)
	group.Go(func() error {
		defer close(ahead)
		return f.read(inGroup, to, ahead)
	})
	rows := make(chan loading, loaders())
	var loaded atomic.Int64
	for range loaders() {
		group.Go(func() error { return f.load(inGroup, rows, &loaded) })
	}
	group.Go(func() error {
		defer close(rows)
		return f.project(inGroup, to, ahead, rows, &loaded)
	})
	return group.Wait()
}

// decoding is events that are on their way to be decoded.
type decoding chan decodingResult

type decodingResult struct {
	events []event
	err    error
}

// read reads the log, and lets several runs of events be decoded at a time. They arrive in order.
func (f *fresh) read(ctx context.Context, to eventstore.Position, ahead chan<- decoding) error {
	for after := eventstore.Position(0); after < to; {
		events, err := f.store.ReadBook(ctx, f.book, after, int(min(eventsAtOnce, to-after)))
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return eventstore.ErrUnknownBook
		}
		after = events[len(events)-1].Position
		soon := make(decoding, 1)
		select {
		case ahead <- soon:
		case <-ctx.Done():
			return ctx.Err()
		}
		go func() {
			decoded, err := decode(events)
			soon <- decodingResult{decoded, err}
		}()
	}
	return nil
}

// project folds what was decoded and hands the rows to the loaders.
func (f *fresh) project(ctx context.Context, to eventstore.Position, ahead <-chan decoding, rows chan<- loading, loaded *atomic.Int64) error {
	p, started := f.p, time.Now()
	p.bulk = true
	p.out.handOn = func(ctx context.Context) error { return sendRows(ctx, p.out, rows, handOnBytes/int(2*tableCount)) }
	for soon := range ahead {
		result := <-soon
		if result.err != nil {
			return result.err
		}
		for _, segment := range segments(result.events) {
			if err := p.take(ctx, segment); err != nil {
				return err
			}
		}
		f.progress(Progress{
			Book: f.book, Stage: Loading, Position: p.at, Target: to, Rows: loaded.Load(),
			PerSecond: float64(p.at) / time.Since(started).Seconds(),
		})
	}
	if err := ctx.Err(); err != nil {
		return err // the reader has failed
	}
	if err := p.writeOpen(ctx); err != nil {
		return err
	}
	return sendRows(ctx, p.out, rows, 1)
}

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
			out.rows[id] = &copyRows{buf: make([]byte, 0, handOnBytes/2)}
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
	}
	return nil
}
