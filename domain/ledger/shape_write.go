package ledger

import (
	"encoding/json"
	"reflect"
	"strconv"

	"github.com/google/uuid"

	"loanledger/domain/date"
)

// canonicalSpace is how many bytes the canonical form of a command usually has at most.
const canonicalSpace = 256

// canonical is what Canonical says, for a body with a shape.
func (c Command) canonical() ([]byte, bool) {
	body := reflect.ValueOf(c.Body)
	if body.Kind() != reflect.Pointer || body.IsNil() {
		return nil, false
	}
	s := shapeOf(body.Type().Elem())
	if s == nil {
		return nil, false
	}
	b := make([]byte, 0, canonicalSpace)
	b = appendText(append(b, `{"Name":`...), c.Entry.Name)
	b = appendIdentifier(append(b, `,"Target":`...), c.Target)
	b = s.append(append(b, `,"Body":`...), body.Elem())
	return append(b, '}'), true
}

// append writes a struct as json.Marshal does.
func (s *shape) append(b []byte, from reflect.Value) []byte {
	b = append(b, '{')
	first := len(b)
	for i := range s.fields {
		f := &s.fields[i]
		value := from.Field(f.index)
		if f.omits(value) {
			continue
		}
		if len(b) > first {
			b = append(b, ',')
		}
		b = f.append(append(b, f.prefix...), value)
	}
	return append(b, '}')
}

func (f *shapeField) omits(value reflect.Value) bool {
	switch f.kind {
	case day:
		return f.omitZero && value.Addr().Interface().(*date.Date).IsZero()
	case identifier, object:
		return f.omitZero && value.IsZero()
	case raw:
		return f.omitZero && value.IsZero() || f.omitEmpty && value.Len() == 0
	}
	return (f.omitZero || f.omitEmpty) && value.IsZero()
}

func (f *shapeField) append(b []byte, value reflect.Value) []byte {
	switch f.kind {
	case text:
		return appendText(b, value.String())
	case whole:
		return strconv.AppendInt(b, value.Int(), 10)
	case truth:
		return strconv.AppendBool(b, value.Bool())
	case day:
		if d := value.Addr().Interface().(*date.Date); !d.IsZero() {
			return appendText(b, d.String())
		}
		return append(b, "null"...)
	case identifier:
		return appendIdentifier(b, *value.Addr().Interface().(*uuid.UUID))
	case object:
		return f.inner.append(b, value)
	case optionalObject:
		if !value.IsNil() {
			return f.inner.append(b, value.Elem())
		}
		return append(b, "null"...)
	}
	return appendMarshalled(b, value.Interface())
}

// plainText reports whether a text is written as it is, between quotes.
func plainText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}

func appendText(b []byte, s string) []byte {
	if plainText(s) {
		return append(append(append(b, '"'), s...), '"')
	}
	return appendMarshalled(b, s)
}

func appendIdentifier(b []byte, id uuid.UUID) []byte {
	text, _ := id.MarshalText() // always succeeds
	return append(append(append(b, '"'), text...), '"')
}

func appendMarshalled(b []byte, v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic("ledger: a body that was decoded cannot be encoded: " + err.Error())
	}
	return append(b, data...)
}
