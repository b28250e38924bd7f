package chaos

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"loanledger/eventstore"

	"github.com/google/uuid"
)

// lie is what is planted in the processes of a campaign: a log in place of the store, by role, and the
// checks that find it out.
type lie struct {
	logs   map[string]func(eventstore.Log) eventstore.Log
	checks []string
}

// lies is every fault that is planted, several in a campaign where each has a check of its own. An
// honest process has none.
var lies = map[string]lie{
	"honest": {},
	"forget, take no heed, read late; skip": {
		map[string]func(eventstore.Log) eventstore.Log{
			writerRole:   func(log eventstore.Log) eventstore.Log { return &forgetful{&heedless{&late{Log: log}}} },
			followerRole: func(log eventstore.Log) eventstore.Log { return &skipping{log} },
		},
		[]string{"acknowledged is there", "decided on what was there", "one stream linearizable", "followers saw the log", "cursor moved"},
	},
	"double, refuse": {
		map[string]func(eventstore.Log) eventstore.Log{
			writerRole: func(log eventstore.Log) eventstore.Log { return &doubling{&refusing{log}} },
		},
		[]string{"every command whole", "refused is not there"},
	},
}

// What a process of the campaign gets wrong is found, by the check that is for it.
func TestLiesAreFound(t *testing.T) {
	for name, l := range lies {
		if len(l.checks) == 0 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			o := options(t, name)
			o.Seconds, o.Seed, o.peace = 3, seedOf(t), true
			report, err := Run(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			for _, check := range l.checks {
				if !slices.ContainsFunc(report.Found, func(v Violation) bool { return strings.HasPrefix(v.Check, check) }) {
					t.Errorf("%q found nothing: %+v", check, report)
				}
			}
			if report.Violations != len(report.Found) {
				t.Errorf("%d violations, and %d are told", report.Violations, len(report.Found))
			}
		})
	}
}

// chosen says true for a part of the commands; of two parts, none is in both.
func chosen(a eventstore.Append, part byte) bool { return a.Command[15]%8 == part }

// forgetful acknowledges some appends before they are made, and does not make them.
type forgetful struct{ eventstore.Log }

func (f *forgetful) Append(ctx context.Context, b eventstore.Book, a eventstore.Append) (eventstore.Appended, error) {
	if !chosen(a, 0) {
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
	if err != nil || !chosen(a, 1) {
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
	if err == nil && chosen(a, 2) {
		return eventstore.Appended{}, context.Canceled
	}
	return at, err
}

// heedless appends without looking at what it is guarded by.
type heedless struct{ eventstore.Log }

func (h *heedless) Append(ctx context.Context, b eventstore.Book, a eventstore.Append) (eventstore.Appended, error) {
	a.Streams = slices.DeleteFunc(slices.Clone(a.Streams), func(s eventstore.StreamAppend) bool { return len(s.Events) == 0 })
	return h.Log.Append(ctx, b, a)
}

// late reads registers as they were a moment ago.
type late struct {
	eventstore.Log
	mu   sync.Mutex
	seen []eventstore.Event
}

func (l *late) ReadStream(ctx context.Context, b eventstore.Book, stream uuid.UUID, after eventstore.Version) ([]eventstore.Event, error) {
	events, err := l.Log.ReadStream(ctx, b, stream, after)
	if err != nil || stream != registerOf(b) {
		return events, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.seen
	l.seen = events
	return before, nil
}
