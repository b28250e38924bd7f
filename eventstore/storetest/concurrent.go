package storetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// Writers appends at random from many goroutines to a few streams of a book, some of it with
// contexts that end early, and keeps what was answered. Check then holds the log to it.
type Writers struct {
	Log     eventstore.Log
	Book    eventstore.Book
	Epoch   int64
	Streams []uuid.UUID

	mu      sync.Mutex
	took    map[uuid.UUID]eventstore.Appended // acknowledged, by command
	size    map[uuid.UUID]int
	refused map[uuid.UUID]bool
	unknown map[uuid.UUID]bool
	lost    int // of the unknown ones, those whose callers were still there
}

// Write appends count times with the given randomness, one after another; any number of goroutines
// may do so at once. It stops early at the end of the context, or at an error that no writer may
// see, which it returns.
func (w *Writers) Write(ctx context.Context, random *rand.Rand, count int) error {
	for range count {
		if ctx.Err() != nil {
			return nil
		}
		a := command()
		a.Epoch = w.Epoch
		for _, i := range random.Perm(len(w.Streams))[:1+random.IntN(min(3, len(w.Streams)))] {
			seen, err := w.Log.ReadStream(ctx, w.Book, w.Streams[i], 0)
			if err != nil {
				if ctx.Err() != nil {
					return nil
				}
				continue // reading may fail while faults are injected
			}
			n := random.IntN(4)
			if len(a.Streams) == 0 {
				n++
			}
			a.Streams = append(a.Streams, run(w.Streams[i], eventstore.Version(len(seen)), n))
		}
		if len(a.Streams) == 0 {
			continue
		}
		if err := w.append(ctx, random, a); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writers) append(ctx context.Context, random *rand.Rand, a eventstore.Append) error {
	if random.IntN(10) == 0 {
		short, cancel := context.WithTimeout(ctx, time.Duration(random.IntN(1500))*time.Microsecond)
		defer cancel()
		ctx = short
	}
	appended, err := w.Log.Append(ctx, w.Book, a)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.took == nil {
		w.took, w.size = map[uuid.UUID]eventstore.Appended{}, map[uuid.UUID]int{}
		w.refused, w.unknown = map[uuid.UUID]bool{}, map[uuid.UUID]bool{}
	}
	switch {
	case err == nil:
		w.took[a.Command], w.size[a.Command] = appended, a.EventCount()
	case errors.Is(err, eventstore.ErrOutcomeUnknown):
		w.unknown[a.Command] = true
		if ctx.Err() == nil {
			w.lost++
		}
	case errors.Is(err, eventstore.ErrConflict), errors.Is(err, eventstore.ErrBusy),
		errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		w.refused[a.Command] = true
	default:
		return err
	}
	return nil
}

// Counts is how many appends were acknowledged, refused, and left with an unknown outcome though
// their callers were still waiting.
func (w *Writers) Counts() (took, refused, lost int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.took), len(w.refused), w.lost
}

// Check compares the whole log of the book with what the writers were told: each acknowledged append
// is there once, where it was said to be, and nothing that was refused is there. It answers what
// is wrong, or nothing.
func (w *Writers) Check(events []eventstore.Event) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var wrong []string
	seen := map[uuid.UUID]int{}
	for _, e := range events {
		seen[e.Command]++
		at, took := w.took[e.Command]
		switch {
		case took && (e.Position < at.First || e.Position > at.Last || !e.RecordedAt.Equal(at.RecordedAt)):
			wrong = append(wrong, "an event is not where its append was said to be: "+e.Command.String())
		case w.refused[e.Command]:
			wrong = append(wrong, "a refused append is in the log: "+e.Command.String())
		case !took && !w.unknown[e.Command]:
			wrong = append(wrong, "nobody appended "+e.Command.String())
		}
	}
	for id := range w.took {
		if seen[id] != w.size[id] {
			wrong = append(wrong, "an acknowledged append is not there, or not once: "+id.String())
		}
	}
	return wrong
}

func testRandomWriters(f *fixture) {
	f.open()
	random := f.seed()
	w := &Writers{Log: f.log, Book: f.book, Epoch: firstEpoch}
	for range 6 {
		w.Streams = append(w.Streams, uuid.New())
	}
	following, stop := context.WithCancel(f.ctx)
	defer stop()
	var followed []eventstore.Event
	ended := make(chan error, 1)
	go func() {
		ended <- eventstore.Follow(following, f.log, f.book, 0, 7, func(_ context.Context, events []eventstore.Event) error {
			followed = append(followed, events...)
			if events[len(events)-1].Type == "test.last" {
				stop()
			}
			return nil
		})
	}()
	var writers sync.WaitGroup
	for range 16 {
		mine := rand.New(rand.NewPCG(random.Uint64(), 1))
		writers.Go(func() {
			if err := w.Write(f.ctx, mine, 60); err != nil {
				f.Error(err)
			}
		})
	}
	writers.Wait()
	before := f.all()
	for _, wrong := range w.Check(before) {
		f.Error(wrong)
	}
	last := run(uuid.New(), 0, 1)
	last.Events[0].Type = "test.last"
	f.append(last)
	if err := <-ended; !errors.Is(err, context.Canceled) {
		f.Fatal(err)
	}
	if len(followed) != len(before)+1 {
		f.Fatalf("the follower saw %d events of %d", len(followed), len(before)+1)
	}
	for i, e := range before {
		if followed[i].Position != e.Position || followed[i].Command != e.Command || followed[i].Version != e.Version {
			f.Fatalf("position %d was followed as %+v", e.Position, followed[i])
		}
	}
	took, refused, lost := w.Counts()
	if took < 20 || refused < 20 {
		f.Errorf("%d acknowledged and %d refused: too few to say anything", took, refused)
	}
	if lost > 0 {
		f.Errorf("%d unknown outcomes, where nothing broke", lost)
	}
}
