// Package fact is how events of the domain are named, stored and read again.
//
// An event has an explicit name and a schema version. A shape that has ever been stored stays
// readable: an upcaster beside the event turns the JSON of one schema version into that of the next.
package fact

import (
	"errors"
	"fmt"
)

// ErrUndecodable is returned for stored data that is not an event of its declared type and schema.
var ErrUndecodable = errors.New("event cannot be decoded")

// Fact is an event of the domain: something that has happened, with every figure it stands for.
type Fact interface {
	// EventType is the explicit name under which the event is stored, such as "loan.repaid".
	EventType() string
}

// Personal is a fact with a part that must be sealed. The part is stored apart from the fact's
// public fields, which leave it out of their JSON.
type Personal interface {
	Fact
	// PersonalPart is a Text to seal; nil, and no nil pointer, when this fact has none.
	PersonalPart() any
	// NewPart is a pointer to an empty part, to read one into.
	NewPart() any
}

// Upcast turns the JSON of one schema version of an event into the JSON of the next version.
type Upcast func([]byte) ([]byte, error)

// Kind is a type of event that the log may hold.
type Kind struct {
	Type    string
	Schema  int16 // today's version: one more than the number of upcasts
	Zero    Fact  // an event of this kind in which nothing stands
	codec   coded
	upcasts []Upcast
}

// Text is something that writes itself as JSON.
type Text interface {
	// AppendJSON adds the JSON to b.
	AppendJSON(b []byte) ([]byte, error)
}

// coded is what code generation gives to the type of a fact.
type coded interface {
	Fact
	Text
	// DecodeFact reads what AppendJSON wrote, whatever the receiver is.
	DecodeFact(data []byte) (Fact, error)
}

// Of is the kind of a fact. The upcasts lead from schema version 1 to today's, in order.
func Of[F Fact](upcasts ...Upcast) Kind {
	var zero F
	codec, _ := any(zero).(coded)
	return Kind{Type: zero.EventType(), Schema: int16(len(upcasts) + 1), Zero: zero, codec: codec, upcasts: upcasts}
}

// Kinds is a table of kinds by name.
type Kinds map[string]Kind

// Table makes a table. A name that comes twice panics.
func Table(kinds ...Kind) Kinds {
	t := make(Kinds, len(kinds))
	for _, k := range kinds {
		if _, twice := t[k.Type]; twice {
			panic("fact: two kinds of event are named " + k.Type)
		}
		t[k.Type] = k
	}
	return t
}

// Stored is a fact as it goes to the log.
type Stored struct {
	Type     string
	Schema   int16
	Data     []byte
	Personal []byte // plain JSON of the personal part, or nil
}

// Encode is the stored form of a fact. A fact whose kind is not in the table panics: that is an
// event that could not be read again. So does one, or a personal part, that lacks its generated code.
func (t Kinds) Encode(f Fact) (Stored, error) {
	k, ok := t[f.EventType()]
	if !ok {
		panic(fmt.Sprintf("fact: %T (%s) is not in the table of kinds", f, f.EventType()))
	}
	data, err := textOf(f).AppendJSON(nil)
	if err != nil {
		return Stored{}, fmt.Errorf("encode %s: %w", k.Type, err)
	}
	s := Stored{Type: k.Type, Schema: k.Schema, Data: data}
	if p, is := f.(Personal); is {
		if part := p.PersonalPart(); part != nil {
			if s.Personal, err = textOf(part).AppendJSON(nil); err != nil {
				return Stored{}, fmt.Errorf("encode the personal part of %s: %w", k.Type, err)
			}
		}
	}
	return s, nil
}

func textOf(v any) Text {
	t, ok := v.(Text)
	if !ok {
		panic(fmt.Sprintf("fact: no code was generated for %T", v))
	}
	return t
}

// Decode reads an event of any schema version that was ever stored, as a fact of today. Errors:
// ErrUndecodable.
func (t Kinds) Decode(eventType string, schema int16, data []byte) (Fact, error) {
	k, ok := t[eventType]
	if !ok || schema < 1 || schema > k.Schema {
		return nil, fmt.Errorf("%w: %s version %d is unknown", ErrUndecodable, eventType, schema)
	}
	var err error
	for v := schema; v < k.Schema; v++ {
		if data, err = k.upcasts[v-1](data); err != nil {
			return nil, fmt.Errorf("%w: %s from version %d: %w", ErrUndecodable, eventType, v, err)
		}
	}
	if k.codec == nil {
		panic(fmt.Sprintf("fact: no code was generated for %T", k.Zero))
	}
	f, err := k.codec.DecodeFact(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrUndecodable, eventType, err)
	}
	return f, nil
}
