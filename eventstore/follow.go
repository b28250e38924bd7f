package eventstore

import (
	"context"
	"fmt"
)

// Follow gives the events of a book after a position to handle, in order and without gaps, at most
// batch at a time, and waits for more when there are none. It ends with the first error: handle's,
// the log's, or the context's.
func Follow(ctx context.Context, log Log, book Book, after Position, batch int,
	handle func(context.Context, []Event) error,
) error {
	if batch < 1 {
		return fmt.Errorf("follow: a batch of %d events", batch)
	}
	for {
		events, err := log.ReadBook(ctx, book, after, batch)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			if err := log.Wait(ctx, book, after); err != nil {
				return err
			}
			continue
		}
		if first := events[0].Position; first != after+1 {
			return fmt.Errorf("follow: book %d: position %d follows %d", book, first, after)
		}
		if err := handle(ctx, events); err != nil {
			return err
		}
		after = events[len(events)-1].Position
	}
}
