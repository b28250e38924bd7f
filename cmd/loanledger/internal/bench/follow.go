package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

func followContests(r *rig, _ context.Context) ([]contest, error) {
	var list []contest
	for _, apart := range []bool{false, true} {
		var top stretch
		c := contest{
			detail: "in the same process", clients: callers, unit: "events", baseline: "half_of_append",
			limit: "half of the top rate is what is offered; the time is the waking of the follower and one reading of the log",
		}
		if apart {
			c.detail = "as in another process"
		}
		// The offered rate is half of what could be appended a moment before.
		c.ours = func(ctx context.Context) (s stretch, err error) {
			if top, err = r.appendToNew(ctx, callers, r.perRound()/2); err != nil {
				return s, err
			}
			if err = r.settle(ctx); err != nil {
				return s, err
			}
			return r.follow(ctx, top.perSecond()/2, apart)
		}
		c.bare = func(context.Context) (stretch, error) {
			return stretch{count: top.count, took: 2 * top.took}, nil
		}
		list = append(list, c)
	}
	return list, nil
}

// sightings matches when an append was acknowledged with when a follower saw its event. It has room
// for so many events as may be under way between both.
type sightings struct{ slots []atomic.Int64 }

const sightingRoom = 1 << 18

func newSlots() []atomic.Int64 { return make([]atomic.Int64, sightingRoom) }

// acknowledged notes the moment of an acknowledgement, in nanoseconds from a beginning that is not 0;
// true, if the follower has seen the event already.
func (s *sightings) acknowledged(at eventstore.Position, moment int64) bool {
	slot := &s.slots[at%sightingRoom]
	if slot.CompareAndSwap(0, moment) {
		return false
	}
	slot.Store(0)
	return true
}

// seen answers the moment of the acknowledgement; false, if it has not come yet.
func (s *sightings) seen(at eventstore.Position) (int64, bool) {
	slot := &s.slots[at%sightingRoom]
	if slot.CompareAndSwap(0, -1) {
		return 0, false
	}
	moment := slot.Load()
	slot.Store(0)
	return moment, true
}

// follow appends at a rate and times how long after its acknowledgement a follower sees each event,
// through the store that it was appended to, or through one that hears of it from Postgres.
func (r *rig) follow(ctx context.Context, rate float64, apart bool) (s stretch, err error) {
	book, err := r.newBook(ctx)
	if err != nil {
		return s, err
	}
	store := pgstore.New(r.pool, time.Now)
	defer store.Close()
	if err := r.connected(ctx, store, book); err != nil {
		return s, err
	}
	from := store
	if apart {
		pool, err := openPool(ctx, r.url)
		if err != nil {
			return s, err
		}
		defer pool.Close()
		from = pgstore.New(pool, time.Now)
		defer from.Close()
	}
	now := time.Now()
	f := follower{
		seen: &sightings{newSlots()}, began: now.Add(-time.Second), warm: now.Add(warmUp(r.perRound())),
	}
	following, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { f.run(following, from, book) })
	s, err = closedLoop(ctx, callers, r.perRound(), r.pacing(store, book, rate, &f))
	if err == nil {
		err = f.drained(ctx, store, book)
	}
	stop()
	running.Wait()
	if err != nil {
		return s, err
	}
	s.latencies = f.latencies // of the follower, not of the appends
	return s, f.err
}

// pacing is writers that append at a rate together. Who is late makes up for it.
func (r *rig) pacing(store eventstore.Log, book eventstore.Book, rate float64, f *follower) func(int) operation {
	interval := time.Duration(float64(time.Second) * callers / rate)
	share := uint64(manyStreams / callers)
	return func(worker int) operation {
		next, turn := time.Now().Add(interval*time.Duration(worker)/callers), uint64(0)
		return func(ctx context.Context, m *meter) error {
			sleepUntil(ctx, next)
			next = next.Add(interval)
			w := rowAt(0, uint64(worker)*share+turn%share+turn/share*manyStreams)
			turn++
			began := time.Now()
			done, err := store.Append(ctx, book, w.append(r.sample))
			if err != nil {
				return err
			}
			now := time.Now()
			if f.seen.acknowledged(done.First, int64(now.Sub(f.began))) && now.After(f.warm) {
				f.early.Add(1)
			}
			m.done(began)
			return nil
		}
	}
}

// follower reads a book as it grows.
type follower struct {
	began     time.Time // from which moments are counted
	warm      time.Time // from which times are counted
	seen      *sightings
	early     atomic.Int64 // events that it saw before they were acknowledged
	position  atomic.Int64
	latencies histogram // of the events that it saw later
	err       error
}

func (f *follower) run(ctx context.Context, log eventstore.Log, book eventstore.Book) {
	err := eventstore.Follow(ctx, log, book, 0, 1000, func(_ context.Context, events []eventstore.Event) error {
		now := time.Now()
		for i := range events {
			if moment, there := f.seen.seen(events[i].Position); there && now.After(f.warm) {
				f.latencies.add(now.Sub(f.began) - time.Duration(moment))
			}
		}
		f.position.Store(int64(events[len(events)-1].Position))
		return nil
	})
	if ctx.Err() == nil {
		f.err = err
	}
}

var errBehind = errors.New("the follower did not come to the end of the book")

// drained waits until the follower has seen everything, and adds those that it saw early.
func (f *follower) drained(ctx context.Context, store eventstore.Log, book eventstore.Book) error {
	head, err := store.Head(ctx, book)
	if err != nil {
		return err
	}
	until := time.Now().Add(10 * time.Second)
	for f.position.Load() < int64(head.Position) {
		if time.Now().After(until) {
			return fmt.Errorf("position %d of %d: %w", f.position.Load(), head.Position, errBehind)
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for range f.early.Load() {
		f.latencies.add(0)
	}
	return nil
}
