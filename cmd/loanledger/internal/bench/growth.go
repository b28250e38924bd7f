package bench

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/eventstore/tree"

	"golang.org/x/sync/errgroup"
)

// An append that fills a book: so many streams, with so many events each.
const (
	filledStreams = 50
	filledEvents  = 10
)

// growthContests is one contest for each number of millions. Its book is filled before its first round.
func growthContests(r *rig, _ context.Context) ([]contest, error) {
	var list []contest
	for i, millions := range r.options.Growth {
		var full eventstore.Book
		series := uint64(i+1) << 12
		list = append(list, contest{
			detail: fmt.Sprintf("%d million events present", millions), clients: callers, unit: "events", baseline: "append",
			limit: "the indexes of what is there already: the part of the table that is written to, and the caches",
			begin: func(ctx context.Context) (err error) {
				if full, err = r.scratchBook(ctx); err != nil {
					return err
				}
				_, err = r.proven(ctx, r.store, full, func(ctx context.Context) (stretch, error) {
					if err := r.fill(ctx, full, int64(millions)*1_000_000); err != nil {
						return stretch{}, err
					}
					return stretch{}, r.treeGrown(ctx, full)
				})
				return err
			},
			ours: func(ctx context.Context) (stretch, error) {
				series++ // streams of its own, so that each round appends to new ones
				return r.proven(ctx, r.store, full, func(ctx context.Context) (stretch, error) {
					return closedLoop(ctx, callers, r.perRound(), r.appending(r.store, full, callers, series))
				})
			},
			bare: func(ctx context.Context) (stretch, error) { return r.appendToNew(ctx, callers, r.perRound()) },
		})
	}
	return list, nil
}

// fill appends so many events to a book, through the log.
func (r *rig) fill(ctx context.Context, book eventstore.Book, events int64) error {
	const each = filledStreams * filledEvents
	group, ctx := errgroup.WithContext(ctx)
	var numbers counter
	var done atomic.Int64
	for range appendsAhead {
		group.Go(func() error {
			for done.Add(each) <= events {
				if _, err := r.store.Append(ctx, book, r.filling(&numbers)); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// treeGrown waits until the tree of a book has all of it, so that nothing of it is left for later.
func (r *rig) treeGrown(ctx context.Context, book eventstore.Book) error {
	for {
		head, err := r.store.Head(ctx, book)
		if err != nil {
			return err
		}
		built, err := r.store.CursorPosition(ctx, pgstore.TreeCursor, book)
		if err != nil || head.Position-built < tree.TileWidth {
			return err
		}
		sleepUntil(ctx, time.Now().Add(50*time.Millisecond))
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func (r *rig) filling(numbers *counter) eventstore.Append {
	const series = 1 << 20 // far from those of the rows that are measured
	first := numbers.take()
	a := eventstore.Append{Command: scattered(series, first), Actor: actor, Epoch: firstEpoch}
	a.Digest = row{command: a.Command, stream: a.Command}.digest()
	for i := range uint64(filledStreams) {
		s := eventstore.StreamAppend{Stream: scattered(series+1, first*filledStreams+i)}
		for range filledEvents {
			s.Events = append(s.Events, r.sample.event)
		}
		a.Streams = append(a.Streams, s)
	}
	return a
}
