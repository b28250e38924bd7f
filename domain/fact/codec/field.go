package codec

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// field is a field as it stands in JSON.
type field struct {
	name      string // in JSON
	path      string // in Go, through embedded structs
	typ       reflect.Type
	omitEmpty bool
	omitZero  bool
}

// always reports whether the field is written whatever its value is.
func (f field) always() bool { return !f.omitZero && (!f.omitEmpty || f.empty("x") == "") }

// plainName are the names that stand in JSON as they are, whatever is escaped.
var plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// fieldsOf is the fields of a struct in the order of encoding/json. An embedded struct gives its
// fields where it stands.
func fieldsOf(t reflect.Type) ([]field, error) {
	fields, err := collect(t, "")
	if err != nil {
		return nil, err
	}
	if len(fields) > 64 {
		return nil, fmt.Errorf("%s has more than 64 fields", t)
	}
	for i, f := range fields {
		for _, g := range fields[:i] {
			if strings.EqualFold(f.name, g.name) {
				return nil, fmt.Errorf("%s has two fields %s", t, f.name)
			}
		}
	}
	return fields, nil
}

func collect(t reflect.Type, path string) (fields []field, err error) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		if tag == "-" || !f.IsExported() && !f.Anonymous {
			continue
		}
		if f.Anonymous {
			if tagged || !f.IsExported() || f.Type.Kind() != reflect.Struct {
				return nil, fmt.Errorf("%s: %s cannot be embedded", t, f.Name)
			}
			inner, err := collect(f.Type, path+f.Name+".")
			if err != nil {
				return nil, err
			}
			fields = append(fields, inner...)
			continue
		}
		g := field{name: f.Name, path: path + f.Name, typ: f.Type}
		name, options, _ := strings.Cut(tag, ",")
		if name != "" {
			g.name = name
		}
		for option := range strings.SplitSeq(options, ",") {
			switch option {
			case "":
			case "omitempty":
				g.omitEmpty = true
			case "omitzero":
				g.omitZero = true
			default:
				return nil, fmt.Errorf("%s.%s: the option %s cannot be handled", t, f.Name, option)
			}
		}
		if !plainName.MatchString(g.name) {
			return nil, fmt.Errorf("%s.%s: the name %q cannot be handled", t, f.Name, g.name)
		}
		fields = append(fields, g)
	}
	return fields, nil
}

// leaf is how a type is read and written that brings its own JSON. In the code, $ is the value.
type leaf struct {
	write, read string
	size        int // about how many bytes it takes
}

var leaves = map[reflect.Type]leaf{
	reflect.TypeFor[uuid.UUID]():       {"w.UUID($)", "$ = r.UUID()", 38},
	reflect.TypeFor[decimal.Decimal](): {"w.Decimal($)", "$ = r.Decimal()", 8},
	reflect.TypeFor[json.RawMessage](): {"w.RawMessage($)", "$ = r.RawMessage()", 24},
	reflect.TypeFor[time.Time]():       {"w.Time($)", "", 32},
}

// appender is a type that writes itself, and cannot fail to.
type appender interface{ AppendJSON([]byte) []byte }

// scanner is a type that finds itself at the beginning of a text, when it stands there in its usual
// form: a shorter way than UnmarshalJSON.
type scanner interface{ ScanJSON([]byte) int }

// leafOf is how a type is handled that is no struct of fields here: one of the libraries', or one that
// has AppendJSON and UnmarshalJSON, or one that is written as its kind is and has UnmarshalJSON.
func leafOf(t reflect.Type) (leaf, bool) {
	if l, known := leaves[t]; known {
		return l, true
	}
	if !reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) || t.Kind() == reflect.Pointer {
		return leaf{}, false
	}
	l := leaf{read: "r.Check($.UnmarshalJSON(r.Value()))", size: 12}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[scanner]()) {
		l.read = "if n := $.ScanJSON(r.Rest()); n > 0 {\nr.Skip(n)\n} else {\n" + l.read + "\n}"
	}
	switch {
	case t.Implements(reflect.TypeFor[appender]()) && t.Implements(reflect.TypeFor[json.Marshaler]()):
		l.write = "w.Buf = $.AppendJSON(w.Buf)"
		return l, true
	case t.Kind() == reflect.String && !reflect.PointerTo(t).Implements(reflect.TypeFor[json.Marshaler]()) &&
		!reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextMarshaler]()):
		l.write = "w.String(string($))"
		return l, true
	}
	return leaf{}, false
}

// ownJSON is the name of a method by which encoding/json would read or write a type, if it has one.
func ownJSON(t reflect.Type) string {
	if t.Kind() != reflect.Pointer {
		t = reflect.PointerTo(t)
	}
	for _, method := range []string{"MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText"} {
		if _, has := t.MethodByName(method); has {
			return method
		}
	}
	return ""
}

// empty is the condition under which omitempty leaves a value out; nothing for a type of which no
// value is empty.
func (f field) empty(value string) string {
	switch f.typ.Kind() {
	case reflect.String:
		return value + ` == ""`
	case reflect.Bool:
		return "!" + value
	case reflect.Slice:
		return "len(" + value + ") == 0"
	case reflect.Pointer:
		return value + " == nil"
	case reflect.Struct, reflect.Array:
		return ""
	}
	return value + " == 0"
}

// zero is the condition under which omitzero leaves a value out.
func (f field) zero(e *emitter, value string) string {
	if f.typ.Implements(reflect.TypeFor[interface{ IsZero() bool }]()) {
		return value + ".IsZero()"
	}
	switch f.typ.Kind() {
	case reflect.Slice:
		return value + " == nil"
	case reflect.Struct, reflect.Array:
		return value + " == (" + e.name(f.typ) + "{})"
	}
	return f.empty(value)
}
