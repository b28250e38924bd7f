package eventstore

import "fmt"

// Family is a kind of stream: how its events are decoded and folded to a state. A state is a value:
// Fold returns a new one and never changes what the old one refers to, since states are shared
// between callers.
type Family[S any] struct {
	// Name is the family's name, for errors and metrics.
	Name string
	// Decode turns a recorded event, of any schema version that was ever stored, into a fact of today.
	Decode func(Event) (any, error)
	// Encode turns a fact into an event to append; Personal is plain text here, and is sealed by the
	// executor. A nil Personal is none.
	Encode func(fact any) (NewEvent, error)
	// Fold is the state after a fact. Where and when the fact was recorded is not part of a state: a
	// decision sees its own facts folded before they have a place.
	Fold func(S, any) S
	// Size is about how many bytes a state takes, for the cache.
	Size func(S) int
}

// folder is a family without its type parameter. Two of them are the same family when they are the
// same pointer.
type folder interface {
	name() string
	decode(Event) (any, error)
	encode(fact any) (NewEvent, error)
	fold(state, fact any) any
	foldEvents(state any, events []Event) (any, error)
	size(state any) int
}

// defaultStateBytes is the size of a state whose family does not say.
const defaultStateBytes = 1024

func (f *Family[S]) name() string                      { return f.Name }
func (f *Family[S]) decode(e Event) (any, error)       { return f.Decode(e) }
func (f *Family[S]) encode(fact any) (NewEvent, error) { return f.Encode(fact) }

func (f *Family[S]) fold(state, fact any) any {
	s, _ := state.(S) // nil is the state before the first event
	return f.Fold(s, fact)
}

func (f *Family[S]) foldEvents(state any, events []Event) (any, error) {
	s, _ := state.(S)
	for i := range events {
		fact, err := f.Decode(events[i])
		if err != nil {
			return nil, fmt.Errorf("%s %s, version %d, %s of schema %d: %w", f.Name,
				events[i].Stream, events[i].Version, events[i].Type, events[i].Schema, err)
		}
		s = f.Fold(s, fact)
	}
	return s, nil
}

func (f *Family[S]) size(state any) int {
	if f.Size == nil {
		return defaultStateBytes
	}
	s, _ := state.(S)
	return f.Size(s)
}
