package chaos

import (
	"context"
	"errors"
	"sync"

	"loanledger/eventstore"

	"github.com/google/uuid"
)

// writer carries out the orders that are for the campaign's own accounts.
type writer struct {
	*member
	executor *eventstore.Executor

	mu        sync.Mutex
	registers map[eventstore.Book]eventstore.Version // as this process saw them last
}

func newWriter(m *member) *writer {
	return &writer{
		member: m, executor: eventstore.NewExecutor(m.log, openSealer{}, eventstore.WithCacheBytes(m.Cache)),
		registers: map[eventstore.Book]eventstore.Version{},
	}
}

// openSealer seals nothing: what the campaign writes is nobody's.
type openSealer struct{}

// Seal answers the plain bytes.
func (openSealer) Seal(_ context.Context, _ eventstore.Book, _ uuid.UUID, _ string, plain []byte) ([]byte, error) {
	return plain, nil
}

func (w *writer) carryOut(ctx context.Context, o *order) answer {
	switch o.Kind {
	case executeOrder:
		return w.execute(ctx, o)
	case appendOrder:
		return w.append(ctx, o)
	case freshOrder:
		a, err := o.fresh()
		if err != nil {
			return failure(err)
		}
		return w.appended(ctx, o.Book, a)
	case markOrder:
		return w.mark(ctx, o)
	case lookOrder:
		return w.look(ctx, o)
	}
	panic("chaos: a writer was given an order of the kind " + o.Kind)
}

func (w *writer) execute(ctx context.Context, o *order) answer {
	request := eventstore.Request{Book: o.Book, Command: o.command(), Digest: o.digest(), Actor: actor}
	result, err := w.executor.Do(ctx, request, o.decide)
	if err != nil {
		return failure(err)
	}
	var events []eventstore.Event
	for _, s := range result.Streams {
		for i := range s.Events {
			events = append(events, s.Events[i].Event)
		}
	}
	return answer{
		Status: done, Replayed: result.Replayed, First: result.First, Last: result.Last, RecordedAt: result.RecordedAt, Sum: sumOf(events),
	}
}

func (w *writer) append(ctx context.Context, o *order) answer {
	a, err := o.readAndDecide(ctx, w.log)
	if err != nil {
		return failure(err)
	}
	return w.appended(ctx, o.Book, a)
}

// mark appends to the register on the version that this process saw last, which may be long past.
func (w *writer) mark(ctx context.Context, o *order) answer {
	w.mu.Lock()
	seen := w.registers[o.Book]
	w.mu.Unlock()
	head, err := w.log.Head(ctx, o.Book)
	if err != nil {
		return failure(err)
	}
	e, err := moved{Key: o.Key, Nr: 1, Of: 1, Era: head.Epoch}.event(markedType)
	if err != nil {
		return failure(err)
	}
	result := w.appended(ctx, o.Book, eventstore.Append{
		Command: o.command(), Digest: o.digest(), Actor: actor, Epoch: head.Epoch,
		Streams: []eventstore.StreamAppend{{Stream: registerOf(o.Book), Expected: seen, Events: []eventstore.NewEvent{e}}},
	})
	result.Version = seen
	if result.Status == done {
		w.saw(o.Book, seen+1)
	}
	return result
}

func (w *writer) look(ctx context.Context, o *order) answer {
	events, err := w.log.ReadStream(ctx, o.Book, registerOf(o.Book), 0)
	if err != nil {
		return failure(err)
	}
	w.saw(o.Book, eventstore.Version(len(events)))
	return answer{Status: done, Version: eventstore.Version(len(events))}
}

func (w *writer) saw(b eventstore.Book, version eventstore.Version) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.registers[b] = max(w.registers[b], version)
}

// registerOf is the one stream of a book whose appends and readings are all kept in their order.
func registerOf(b eventstore.Book) uuid.UUID { return accountOf(b, -1) }

func (w *writer) appended(ctx context.Context, b eventstore.Book, a eventstore.Append) answer {
	at, err := w.log.Append(ctx, b, a)
	if err != nil {
		return failure(err)
	}
	var events []eventstore.Event
	for _, s := range a.Streams {
		for i, e := range s.Events {
			events = append(events, eventstore.Event{
				Book: b, Position: at.First + eventstore.Position(len(events)), Stream: s.Stream,
				Version: s.Expected + eventstore.Version(i) + 1, Type: e.Type, Schema: e.Schema, RecordedAt: at.RecordedAt,
				Command: a.Command, Digest: a.Digest, Actor: a.Actor, Data: e.Data, Personal: e.Personal,
			})
		}
	}
	return answer{Status: done, First: at.First, Last: at.Last, RecordedAt: at.RecordedAt, Sum: sumOf(events)}
}

// Why an order was refused.
const (
	conflictCode  = "conflict"
	keyReusedCode = "key_reused"
	cancelledCode = "cancelled"
	failedCode    = "failed"
)

// failure is the answer for an error of the log or the executor. All of them but one say for certain
// that nothing was appended.
func failure(err error) answer {
	a := answer{Status: refused, Detail: err.Error()}
	switch {
	case errors.Is(err, eventstore.ErrOutcomeUnknown):
		a.Status = unclear
	case errors.Is(err, eventstore.ErrConflict):
		a.Code = conflictCode
	case errors.Is(err, eventstore.ErrKeyReused):
		a.Code = keyReusedCode
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		a.Code = cancelledCode
	default:
		a.Code = failedCode
	}
	return a
}
