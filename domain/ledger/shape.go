package ledger

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"sync"

	"github.com/google/uuid"

	"loanledger/domain/date"
	"loanledger/domain/money"
)

// shape is what encoding/json makes of a struct, found out once. Bodies of the usual form are read and
// written by it in a fraction of the time; encoding/json stays the law, and does everything else.
type shape struct{ fields []shapeField }

type shapeField struct {
	name      string
	prefix    string // the name as it is written, with its colon
	index     int
	kind      shapeKind
	inner     *shape // of an object
	omitEmpty bool
	omitZero  bool
}

type shapeKind int

const (
	text shapeKind = iota
	whole
	truth
	day
	identifier
	optionalWhole  // *int64
	object         // a struct
	optionalObject // a pointer to a struct
	raw            // json.RawMessage
)

// mostFields is how many fields a shape may have: a bit of a word for each.
const mostFields = 64

var shapes sync.Map // *shape by reflect.Type; nil where encoding/json does everything

// shapeOf is the shape of a struct type; nil for one that has something only encoding/json knows.
func shapeOf(t reflect.Type) *shape {
	if known, is := shapes.Load(t); is {
		return known.(*shape)
	}
	shapes.Store(t, (*shape)(nil)) // while it is not known: a type that holds itself ends here
	s := newShape(t)
	shapes.Store(t, s)
	return s
}

func newShape(t reflect.Type) *shape {
	if t.Kind() != reflect.Struct || t.NumField() > mostFields || speaksForItself(t) {
		return nil
	}
	s := &shape{}
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		if tag == "-" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if f.Anonymous || !f.IsExported() || name == "" || !plainText(name) {
			return nil
		}
		field := shapeField{name: name, prefix: `"` + name + `":`, index: i}
		for _, option := range strings.Split(options, ",") {
			switch option {
			case "":
			case "omitempty":
				field.omitEmpty = true
			case "omitzero":
				field.omitZero = true
			default:
				return nil
			}
		}
		var known bool
		field.kind, field.inner, known = kindOf(f.Type)
		if !known || field.omitZero && field.kind != day && f.Type.Implements(reflect.TypeFor[interface{ IsZero() bool }]()) {
			return nil
		}
		s.fields = append(s.fields, field)
	}
	return s
}

func kindOf(t reflect.Type) (shapeKind, *shape, bool) {
	switch t {
	case reflect.TypeFor[date.Date]():
		return day, nil, true
	case reflect.TypeFor[uuid.UUID]():
		return identifier, nil, true
	case reflect.TypeFor[*int64]():
		return optionalWhole, nil, true
	case reflect.TypeFor[json.RawMessage]():
		return raw, nil, true
	case reflect.TypeFor[money.Input]():
		return text, nil, true // its own way of reading takes what any text takes
	}
	switch {
	case t.Kind() == reflect.Struct:
		inner := shapeOf(t)
		return object, inner, inner != nil
	case t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct:
		inner := shapeOf(t.Elem())
		return optionalObject, inner, inner != nil
	case speaksForItself(t):
		return 0, nil, false
	case t.Kind() == reflect.String:
		return text, nil, true
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		return whole, nil, true
	case t.Kind() == reflect.Bool:
		return truth, nil, true
	}
	return 0, nil, false
}

// speaksForItself reports whether a type has its own way of being read or written.
func speaksForItself(t reflect.Type) bool {
	for _, way := range []reflect.Type{
		reflect.TypeFor[json.Marshaler](), reflect.TypeFor[json.Unmarshaler](),
		reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextUnmarshaler](),
	} {
		if t.Implements(way) || reflect.PointerTo(t).Implements(way) {
			return true
		}
	}
	return false
}
