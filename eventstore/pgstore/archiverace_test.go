package pgstore_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/uuid"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

// While leaf after leaf is archived, processes go on with streams that were said to have ended. Each
// such append is refused, or the stream keeps all of its data.
func TestArchivingWhileStreamsGoOn(t *testing.T) {
	l := openLibrary(t)
	everything := func(_ context.Context, streams []uuid.UUID) ([]uuid.UUID, error) { return streams, nil }
	for range 80 {
		l.ended = append(l.ended, uuid.New())
		l.add(0, l.events(l.ended[len(l.ended)-1], 0, 1))
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	for w := range 6 {
		random := rand.New(rand.NewPCG(seed, uint64(w)))
		writers.Go(func() { l.goOn(ctx, l.stores[w%2], random) })
	}
	archived := 0
	for archived < 25 {
		leaves, err := l.stores[0].Leaves(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		for _, leaf := range leaves {
			if leaf.Archive != "" || archived == 25 {
				continue
			}
			_, err := l.stores[archived%2].ArchiveLeaf(t.Context(), 1, leaf.First, l.dir, everything)
			if errors.Is(err, pgstore.ErrHot) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			archived++
		}
	}
	stop()
	writers.Wait()
	whole, gone := l.fates()
	t.Logf("%d streams whole, %d archived", whole, gone)
	if gone == 0 || whole == 0 {
		t.Errorf("%d streams were archived, and %d not", gone, whole)
	}
	r := l.reader()
	if last, err := r.CheckBatches(t.Context(), 1); err != nil || last < 25*libraryLeaf {
		t.Errorf("right up to %d: %v", last, err)
	}
}

// goOn appends, and now and then to a stream that is said to have ended, until the context ends.
func (l *library) goOn(ctx context.Context, s *pgstore.Store, random *rand.Rand) {
	known := map[uuid.UUID]eventstore.Version{} // as who remembers states
	for ctx.Err() == nil {
		stream := l.ended[random.IntN(len(l.ended))]
		if _, ok := known[stream]; !ok {
			events, err := s.ReadStream(ctx, 1, stream, 0)
			if err != nil {
				if ctx.Err() == nil && !errors.Is(err, eventstore.ErrArchived) {
					l.Error(err)
				}
				continue
			}
			known[stream] = eventstore.Version(len(events))
		}
		if random.IntN(4) == 0 {
			a := one()
			a.Streams = []eventstore.StreamAppend{l.events(stream, known[stream], 1)}
			if _, err := s.Append(ctx, 1, a); err == nil {
				known[stream]++
			} else if delete(known, stream); ctx.Err() == nil && !errors.Is(err, eventstore.ErrArchived) && !errors.Is(err, eventstore.ErrConflict) {
				l.Error(err)
			}
		}
		if _, err := s.Append(ctx, 1, one()); err != nil && ctx.Err() == nil {
			l.Error(err)
		}
	}
}

// fates counts the streams that have all of their data and those that were archived. There are no others.
func (l *library) fates() (whole, gone int) {
	l.Helper()
	for _, stream := range l.ended {
		var events, without int
		var archivedTo, last eventstore.Position
		err := l.pool.QueryRow(l.Context(), `SELECT count(*), count(*) FILTER (WHERE data IS NULL), max(position),
			coalesce(max(position) FILTER (WHERE data IS NULL), 0) FROM ledger.events WHERE stream = $1`, stream).Scan(&events, &without, &last, &archivedTo)
		if err != nil {
			l.Fatal(err)
		}
		switch {
		case without == 0:
			whole++
		case archivedTo == last:
			gone++
		default:
			l.Errorf("stream %s lacks %d of %d events, up to position %d, and goes on to %d", stream, without, events, archivedTo, last)
		}
	}
	return whole, gone
}
