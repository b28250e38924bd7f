package bench

import (
	"context"
	"fmt"
	"sync/atomic"

	"loanledger/eventstore"

	"golang.org/x/sync/errgroup"
)

// An append that fills a book: so many streams, with so many events each.
const (
	filledStreams = 50
	filledEvents  = 10
)

// growthContests fills a book with millions of events, and appends to it and to an empty one.
func growthContests(r *rig, ctx context.Context) ([]contest, error) {
	full, err := r.newBook(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.fill(ctx, full, int64(r.options.Growth)*1_000_000); err != nil {
		return nil, err
	}
	series := uint64(1)
	return []contest{{
		detail: fmt.Sprintf("%d million events present", r.options.Growth), clients: callers, unit: "events", baseline: "append",
		limit: "the indexes, which outgrow the caches of Postgres and of the machine",
		ours: func(ctx context.Context) (stretch, error) {
			series++ // streams of its own, so that each round appends to new ones
			return closedLoop(ctx, callers, r.perRound(), r.appending(r.store, full, callers, series))
		},
		bare: func(ctx context.Context) (stretch, error) { return r.appendToNew(ctx, callers, r.perRound()) },
	}}, nil
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
