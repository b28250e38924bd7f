package eventstore

import (
	"context"
	"fmt"
)

// Follow gives the events of a book after a position to handle, in order and without gaps, at most
// batch at a time, and waits for more when there are none. While it is behind, it reads the next
// events while the present ones are handled. It ends with the first error: handle's, the log's, or
// the context's.
func Follow(ctx context.Context, log Log, book Book, after Position, batch int,
	handle func(context.Context, []Event) error,
) error {
	if batch < 1 {
		return fmt.Errorf("follow: a batch of %d events", batch)
	}
	reading, stop := context.WithCancel(ctx)
	var soon chan page
	defer func() {
		stop()
		if soon != nil {
			<-soon
		}
	}()
	for {
		var p page
		if soon != nil {
			p, soon = <-soon, nil
		} else {
			p.events, p.err = log.ReadBook(ctx, book, after, batch)
		}
		if p.err != nil {
			return p.err
		}
		if len(p.events) == 0 {
			if err := log.Wait(ctx, book, after); err != nil {
				return err
			}
			continue
		}
		if first := p.events[0].Position; first != after+1 {
			return fmt.Errorf("follow: book %d: position %d follows %d", book, first, after)
		}
		after = p.events[len(p.events)-1].Position
		if len(p.events) == batch { // most likely there are more
			soon = make(chan page, 1)
			go func(soon chan<- page, after Position) {
				events, err := log.ReadBook(reading, book, after, batch)
				soon <- page{events, err}
			}(soon, after)
		}
		if err := handle(ctx, p.events); err != nil {
			return err
		}
	}
}

// page is what one reading brought.
type page struct {
	events []Event
	err    error
}
