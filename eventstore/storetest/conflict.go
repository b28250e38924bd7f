package storetest

import (
	"errors"
	"sync"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

func (f *fixture) conflict(what string, a eventstore.Append) {
	f.Helper()
	if _, err := f.log.Append(f.ctx, f.book, a); !errors.Is(err, eventstore.ErrConflict) {
		f.Errorf("%s: %v", what, err)
	}
}

func testExpectedVersions(f *fixture) {
	f.open()
	stream := uuid.New()
	f.conflict("a new stream, expected at 1", command(run(stream, 1, 1)))
	f.append(run(stream, 0, 3))
	f.conflict("behind", command(run(stream, 2, 1)))
	f.conflict("ahead", command(run(stream, 4, 1)))
	f.conflict("far ahead", command(run(stream, 1<<30, 1)))
	f.conflict("as new", command(run(stream, 0, 1)))
	f.append(run(stream, 3, 1))
	if n := len(f.all()); n != 4 {
		f.Fatalf("%d events", n)
	}
}

func testGuards(f *fixture) {
	f.open()
	terms, loan := uuid.New(), uuid.New()
	f.append(run(terms, 0, 2))
	f.append(run(terms, 2, 0), run(loan, 0, 1))
	f.conflict("a guard behind", command(run(terms, 1, 0), run(loan, 1, 1)))
	f.conflict("a guard ahead", command(run(loan, 1, 1), run(terms, 3, 0)))
	f.append(run(loan, 1, 1), run(uuid.New(), 0, 0))
	if n := len(f.all()); n != 4 {
		f.Fatalf("%d events", n)
	}
	// Either the terms change first, and the guard refuses, or they change after.
	for range 50 {
		at := f.version(terms)
		other := uuid.New()
		var guardErr error
		var guarded, changed eventstore.Appended
		var both sync.WaitGroup
		both.Go(func() { guarded, guardErr = f.log.Append(f.ctx, f.book, command(run(terms, at, 0), run(other, 0, 1))) })
		both.Go(func() { changed = f.append(run(terms, at, 1)) })
		both.Wait()
		switch {
		case guardErr == nil && guarded.First < changed.First:
		case errors.Is(guardErr, eventstore.ErrConflict) && f.version(other) == 0:
		default:
			f.Fatalf("guarded append at %d, the change at %d: %v", guarded.First, changed.First, guardErr)
		}
	}
}

func testEras(f *fixture) {
	f.open()
	stream := uuid.New()
	f.append(run(stream, 0, 1))
	early := command(run(stream, 1, 1))
	early.Epoch = firstEpoch + 1
	f.conflict("an era that has not begun", early)
	closing := command(run(stream, 1, 1))
	closing.NextEpoch = firstEpoch + 1
	_, err := f.log.Append(f.ctx, f.book, closing)
	f.must(err)
	f.conflict("an era that is over", command(run(stream, 2, 1)))
	_, err = f.log.Append(f.ctx, f.book, early)
	if !errors.Is(err, eventstore.ErrConflict) {
		f.Errorf("an old version in a new era: %v", err)
	}
	early.Streams[0].Expected = 2
	_, err = f.log.Append(f.ctx, f.book, early)
	f.must(err)
	head, err := f.log.Head(f.ctx, f.book)
	f.must(err)
	if head.Epoch != firstEpoch+1 || head.Position != 3 {
		f.Errorf("head %+v", head)
	}
	f.raceEras()
}

// raceEras appends while eras end: what was decided in an era stands before its end.
func (f *fixture) raceEras() {
	var writers sync.WaitGroup
	var mu sync.Mutex
	last := map[int64]eventstore.Position{} // the last position of an era's appends
	for range 8 {
		writers.Go(func() {
			for range 50 {
				head, err := f.log.Head(f.ctx, f.book)
				if err != nil {
					f.Error(err)
					return
				}
				a := command(run(uuid.New(), 0, 1))
				a.Epoch = head.Epoch
				appended, err := f.log.Append(f.ctx, f.book, a)
				if err == nil {
					mu.Lock()
					last[a.Epoch] = max(last[a.Epoch], appended.Last)
					mu.Unlock()
				} else if !errors.Is(err, eventstore.ErrConflict) {
					f.Error(err)
				}
			}
		})
	}
	ended := map[int64]eventstore.Position{}
	for range 10 {
		head, err := f.log.Head(f.ctx, f.book)
		f.must(err)
		a := command(run(uuid.New(), 0, 1))
		a.Epoch, a.NextEpoch = head.Epoch, head.Epoch+1
		appended, err := f.log.Append(f.ctx, f.book, a)
		f.must(err)
		ended[a.Epoch] = appended.First
	}
	writers.Wait()
	for epoch, at := range ended {
		if last[epoch] > at {
			f.Errorf("era %d ended at position %d and has an append at %d", epoch, at, last[epoch])
		}
	}
}

func (f *fixture) version(stream uuid.UUID) eventstore.Version {
	f.Helper()
	events, err := f.log.ReadStream(f.ctx, f.book, stream, 0)
	f.must(err)
	return eventstore.Version(len(events))
}

func testOneWins(f *fixture) {
	f.open()
	stream := uuid.New()
	for round := range 20 {
		var writers sync.WaitGroup
		outcomes := make(chan error, 32)
		for range cap(outcomes) {
			writers.Go(func() {
				_, err := f.log.Append(f.ctx, f.book, command(run(stream, eventstore.Version(round), 1)))
				outcomes <- err
			})
		}
		writers.Wait()
		won := 0
		for range cap(outcomes) {
			if err := <-outcomes; err == nil {
				won++
			} else if !errors.Is(err, eventstore.ErrConflict) {
				f.Fatal(err)
			}
		}
		if won != 1 {
			f.Fatalf("round %d: %d writers won", round, won)
		}
	}
	f.all()
}

// testOnlyLosers mixes appends that must succeed with appends that must not, at the same time.
func testOnlyLosers(f *fixture) {
	f.open()
	taken := uuid.New()
	f.append(run(taken, 0, 5))
	var writers sync.WaitGroup
	for i := range 64 {
		writers.Go(func() {
			for range 20 {
				if i%2 == 0 {
					f.conflict("a late append", command(run(uuid.New(), 0, 1), run(taken, eventstore.Version(i%5), 1)))
				} else if _, err := f.log.Append(f.ctx, f.book, command(run(uuid.New(), 0, 1), run(uuid.New(), 0, 2))); err != nil {
					f.Error(err)
				}
			}
		})
	}
	writers.Wait()
	if n := len(f.all()); n != 5+32*20*3 {
		f.Fatalf("%d events", n)
	}
}
