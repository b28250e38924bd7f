// Package fact is how events of the domain are named, stored and read again.
//
// An event has an explicit name and a schema version. A shape that has ever been stored stays
// readable: an upcaster beside the event turns the JSON of one schema version into that of the next.
package fact

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
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
	// PersonalPart is a value to seal, as JSON; nil when this fact has none.
	PersonalPart() any
}

// Upcast turns the JSON of one schema version of an event into the JSON of the next version.
type Upcast func([]byte) ([]byte, error)

// Kind is a type of event that the log may hold.
type Kind struct {
	Type    string
	Schema  int16 // today's version: one more than the number of upcasts
	decode  func([]byte) (Fact, error)
	upcasts []Upcast
}

// Of is the kind of a fact. The upcasts lead from schema version 1 to today's, in order.
func Of[F Fact](upcasts ...Upcast) Kind {
	var zero F
	return Kind{
		Type:    zero.EventType(),
		Schema:  int16(len(upcasts) + 1),
		upcasts: upcasts,
		decode: func(data []byte) (Fact, error) {
			var f F
			if err := json.Unmarshal(data, &f); err != nil {
				return nil, err
			}
			return f, nil
		},
	}
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
// event that could not be read again.
func (t Kinds) Encode(f Fact) (Stored, error) {
	k, ok := t[f.EventType()]
	if !ok {
		panic(fmt.Sprintf("fact: %T (%s) is not in the table of kinds", f, f.EventType()))
	}
	data, err := json.Marshal(f)
	if err != nil {
		return Stored{}, fmt.Errorf("encode %s: %w", k.Type, err)
	}
	s := Stored{Type: k.Type, Schema: k.Schema, Data: data}
	if p, has := f.(Personal); has && !isNil(p.PersonalPart()) {
		if s.Personal, err = json.Marshal(p.PersonalPart()); err != nil {
			return Stored{}, fmt.Errorf("encode the personal part of %s: %w", k.Type, err)
		}
	}
	return s, nil
}

func isNil(v any) bool {
	r := reflect.ValueOf(v)
	return v == nil || r.Kind() == reflect.Pointer && r.IsNil()
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
	f, err := k.decode(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrUndecodable, eventType, err)
	}
	return f, nil
}
