package chaos

import (
	"context"
	"time"

	"loanledger/eventstore"
)

// lies are the logs that the processes of a test may have in place of the store.
var lies = map[string]func(eventstore.Log) eventstore.Log{
	"honest":  func(log eventstore.Log) eventstore.Log { return log },
	"forgets": func(log eventstore.Log) eventstore.Log { return &forgetful{Log: log} },
	"doubles": func(log eventstore.Log) eventstore.Log { return &doubling{Log: log} },
	"skips":   func(log eventstore.Log) eventstore.Log { return &skipping{Log: log} },
	"refuses": func(log eventstore.Log) eventstore.Log { return &refusing{Log: log} },
	"stale":   func(log eventstore.Log) eventstore.Log { return &stale{Log: log} },
}

// every says true once in a while: for commands whose id ends in a certain byte.
func every(a eventstore.Append) bool { return a.Command[15]%16 == 3 }

// forgetful acknowledges some appends before they are made, and does not make them.
type forgetful struct{ eventstore.Log }

func (f *forgetful) Append(ctx context.Context, b eventstore.Book, a eventstore.Append) (eventstore.Appended, error) {
	if !every(a) {
		return f.Log.Append(ctx, b, a)
	}
	head, err := f.Log.Head(ctx, b)
	first := head.Position + 1
	return eventstore.Appended{First: first, Last: head.Position + eventstore.Position(a.EventCount()), RecordedAt: time.Now()}, err
}

// doubling makes some appends twice, as one does that tries again without knowing what became of the
// first.
type doubling struct{ eventstore.Log }

func (d *doubling) Append(ctx context.Context, b eventstore.Book, a eventstore.Append) (eventstore.Appended, error) {
	at, err := d.Log.Append(ctx, b, a)
	if err != nil || !every(a) {
		return at, err
	}
	again := a
	again.Streams = append([]eventstore.StreamAppend{}, a.Streams...)
	for i := range again.Streams {
		s := &again.Streams[i]
		s.Expected += eventstore.Version(len(s.Events))
	}
	if a.NextEpoch != 0 {
		again.Epoch, again.NextEpoch = a.NextEpoch, 0
	}
	_, _ = d.Log.Append(ctx, b, again)
	return at, nil
}

// skipping leaves an event out where many are read.
type skipping struct{ eventstore.Log }

func (s *skipping) ReadBook(ctx context.Context, b eventstore.Book, after eventstore.Position, limit int) ([]eventstore.Event, error) {
	events, err := s.Log.ReadBook(ctx, b, after, limit)
	if len(events) > 2 && after > 50 {
		events = append(events[:1:1], events[2:]...)
	}
	return events, err
}

// refusing appends, and says now and then that it did not.
type refusing struct{ eventstore.Log }

func (r *refusing) Append(ctx context.Context, b eventstore.Book, a eventstore.Append) (eventstore.Appended, error) {
	at, err := r.Log.Append(ctx, b, a)
	if err == nil && every(a) {
		return eventstore.Appended{}, context.Canceled
	}
	return at, err
}

// stale reads what was there a moment ago as if it were now.
type stale struct{ eventstore.Log }

func (s *stale) Append(ctx context.Context, b eventstore.Book, a eventstore.Append) (eventstore.Appended, error) {
	for i := range a.Streams { // the guards are gone
		if len(a.Streams[i].Events) == 0 {
			a.Streams = append([]eventstore.StreamAppend{}, a.Streams[:i]...)
			break
		}
	}
	return s.Log.Append(ctx, b, a)
}
