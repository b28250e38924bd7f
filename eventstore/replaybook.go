package eventstore

import (
	"context"
	"encoding/binary"
	"runtime"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// Decoded is a chunk of a book: events next to one another, and what each was decoded to.
type Decoded[F any] struct {
	Events []Event
	Facts  []F
}

// ReplayBook reads a stretch of a book, decodes it on all cores, and gives every chunk, in order, to
// each of the takers, which run side by side. So takers can share the work of a chunk: the events of
// one stream stay in order where one of them takes them all, see Share. Some chunks are decoded ahead
// of the slowest taker, whatever the length of the stretch. A chunk is the takers' to keep, and not to
// change.
//
// It ends with the first error: a taker's, of decoding, or of Log.Scan. Takers are not given the chunk
// in which an event cannot be decoded, nor what comes after it.
func ReplayBook[F any](ctx context.Context, log Log, s Scan, decode func(Event) (F, error),
	takers ...func(context.Context, Decoded[F]) error,
) error {
	group, ctx := errgroup.WithContext(ctx)
	ahead := make([]chan *decoding[F], len(takers))
	for i, take := range takers {
		ahead[i] = make(chan *decoding[F], runtime.GOMAXPROCS(0)+1)
		group.Go(func() error {
			for d := range ahead[i] {
				if <-d.done; d.err != nil {
					return d.err
				}
				if err := take(ctx, d.chunk); err != nil {
					return err
				}
			}
			return nil
		})
	}
	group.Go(func() error {
		defer func() {
			for i := range ahead {
				close(ahead[i])
			}
		}()
		return log.Scan(ctx, s, func(ctx context.Context, events []Event) error {
			d := &decoding[F]{chunk: Decoded[F]{Events: events}, done: make(chan struct{})}
			go d.run(decode)
			for i := range ahead {
				select {
				case ahead[i] <- d:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
	})
	return group.Wait()
}

// decoding is a chunk on its way to be decoded.
type decoding[F any] struct {
	chunk Decoded[F]
	err   error
	done  chan struct{} // closed when the rest is there
}

func (d *decoding[F]) run(decode func(Event) (F, error)) {
	defer close(d.done)
	events := d.chunk.Events
	d.chunk.Facts = make([]F, len(events))
	for i := range events {
		if d.chunk.Facts[i], d.err = decode(events[i]); d.err != nil {
			return
		}
	}
}

// Share is which one of some takers, from 0, a stream falls to: the same one wherever it is asked.
func Share(stream uuid.UUID, takers int) int {
	return int(binary.BigEndian.Uint32(stream[12:]) % uint32(takers))
}
