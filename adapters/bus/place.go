package bus

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"loanledger/eventstore"
)

// place is how far a book has been published, and the sequence of the stream at which the messages of
// its lender end: 0 where there are none.
type place struct {
	position eventstore.Position
	sequence uint64
}

// findPlace asks the stream how far it goes. The answer can be behind a message that is still on its
// way; a run that begins there is then refused, and the place is looked for again.
//
// saved is how far the book was known to have been published. It counts where the stream no longer
// has the messages because they were purged or have grown old: those are not published again.
func findPlace(ctx context.Context, stream jetstream.Stream, lender string, book eventstore.Book, saved eventstore.Position) (place, error) {
	last, err := stream.GetLastMsgForSubject(ctx, lenderSubjects(lender))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return emptyPlace(ctx, stream, saved)
	}
	if err != nil {
		return place{}, fmt.Errorf("the last message of %s: %w", lender, err)
	}
	at := place{sequence: last.Sequence}
	if position, is := positionIn(last.Header, book); is {
		at.position = position
		return at, nil
	}
	at.position, err = searchBack(ctx, stream, lender, book, last.Sequence)
	if err != nil || at.position > 0 {
		return at, err
	}
	before, err := emptyPlace(ctx, stream, saved)
	at.position = before.position
	return at, err
}

// emptyPlace is the place of a book that the stream has nothing of.
func emptyPlace(ctx context.Context, stream jetstream.Stream, saved eventstore.Position) (place, error) {
	info, err := stream.Info(ctx)
	if err != nil {
		return place{}, err
	}
	if info.State.FirstSeq > 1 || info.State.NumDeleted > 0 {
		return place{position: saved}, nil // there were messages once, and they were let go
	}
	return place{}, nil
}

func positionIn(h nats.Header, book eventstore.Book) (eventstore.Position, bool) {
	of, position, err := parseEventID(h.Get(headerID))
	return position, err == nil && of == book
}

// firstSearch is how many sequences the search for a book's last message begins with.
const firstSearch = 4096

// searchBack finds the last position of a book among the messages of a lender with several books, up
// to the sequence of the lender's last message; 0 where there is none. It looks at the end of the
// stream first, and each time at twice as much before it.
func searchBack(ctx context.Context, stream jetstream.Stream, lender string, book eventstore.Book, end uint64) (eventstore.Position, error) {
	state, err := stream.Info(ctx)
	if err != nil {
		return 0, err
	}
	first := max(state.State.FirstSeq, 1)
	for width := uint64(firstSearch); end >= first; width *= 2 {
		from := first
		if end-first >= width {
			from = end - width + 1
		}
		position, err := lastBetween(ctx, stream, lender, book, from, end)
		if err != nil || position > 0 {
			return position, err
		}
		end = from - 1
	}
	return 0, nil
}

// lastBetween is the last position of a book within a part of the stream.
func lastBetween(ctx context.Context, stream jetstream.Stream, lender string, book eventstore.Book, from, to uint64) (eventstore.Position, error) {
	consumer, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{
		FilterSubject: lenderSubjects(lender), HeadersOnly: true, MemoryStorage: true,
		DeliverPolicy: jetstream.DeliverByStartSequencePolicy, OptStartSeq: from,
		AckPolicy: jetstream.AckNonePolicy, InactiveThreshold: 4 * patience,
	})
	if err != nil {
		return 0, err
	}
	defer func() { _ = stream.DeleteConsumer(context.WithoutCancel(ctx), consumer.CachedInfo().Name) }() // else it ends by itself
	var found eventstore.Position
	for left := consumer.CachedInfo().NumPending; left > 0; {
		batch, err := consumer.Fetch(int(min(left, 500)), jetstream.FetchMaxWait(patience))
		if err != nil {
			return 0, err
		}
		before := left
		for m := range batch.Messages() {
			left--
			meta, err := m.Metadata()
			if err != nil {
				return 0, err
			}
			if meta.Sequence.Stream > to {
				return found, nil
			}
			if position, is := positionIn(m.Headers(), book); is {
				found = position
			}
		}
		if err := batch.Error(); err != nil {
			return 0, err
		}
		if left == before {
			return 0, fmt.Errorf("search from %d to %d: the broker answers nothing", from, to)
		}
	}
	return found, nil
}
