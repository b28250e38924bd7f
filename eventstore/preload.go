package eventstore

import (
	"context"
	"fmt"

	"github.com/google/uuid"
)

// preloadAtOnce is how many streams Preload reads in one exchange.
const preloadAtOnce = 256

// Preload remembers the states of many streams that are about to be needed, reading those together
// that are not remembered yet. It only saves time: what does not fit into the executor's memory, or
// changes meanwhile, is read again by whoever needs it.
func Preload[S any](ctx context.Context, x *Executor, f *Family[S], book Book, streams []uuid.UUID) error {
	missing := make([]uuid.UUID, 0, len(streams))
	for _, stream := range streams {
		if _, known := x.cache.get(streamKey{book, stream}, f); !known {
			missing = append(missing, stream)
		}
	}
	for len(missing) > 0 {
		some := missing[:min(preloadAtOnce, len(missing))]
		missing = missing[len(some):]
		all, err := x.log.ReadStreams(ctx, book, some)
		if err != nil {
			return err
		}
		for i, events := range all {
			if err := x.remembered(streamKey{book, some[i]}, f, events); err != nil {
				return err
			}
		}
	}
	return nil
}

// remembered caches a stream from all of its events.
func (x *Executor) remembered(key streamKey, family folder, events []Event) error {
	if len(events) == 0 {
		return nil
	}
	if first := events[0].Version; first != 1 {
		return fmt.Errorf("stream %s: it begins with version %d", key.stream, first)
	}
	state, err := family.foldEvents(nil, events)
	if err != nil {
		return err
	}
	at := folded{family: family, state: state, version: Version(len(events)), history: &history{}}
	at.history.extend(events)
	x.cache.put(key, at)
	return nil
}
