package jsontext

import (
	"encoding/json"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// Value is the text of the next value, whatever it is: a part of the data that is read. It is empty
// after an error.
func (r *Reader) Value() []byte {
	r.peek()
	start := r.pos
	if r.skip(0); r.err != nil {
		return nil
	}
	return r.data[start:r.pos:r.pos]
}

// Rest is all that has not been read yet.
func (r *Reader) Rest() []byte { return r.data[r.pos:] }

// Skip goes over so many bytes of the Rest, after a value was found in them.
func (r *Reader) Skip(n int) { r.pos += n }

// RawMessage is the text of the next value, as a copy of its own.
func (r *Reader) RawMessage() json.RawMessage {
	return append(json.RawMessage{}, r.Value()...)
}

// UUID is an identifier in any form that the library reads; zero for null.
func (r *Reader) UUID() uuid.UUID {
	const length = len(`"00000000-0000-0000-0000-000000000000"`)
	if rest := r.Rest(); len(rest) >= length && rest[0] == '"' && rest[length-1] == '"' {
		if id, err := uuid.ParseBytes(rest[1 : length-1]); err == nil {
			r.Skip(length)
			return id
		}
	}
	text, ok := r.text()
	if !ok {
		return uuid.UUID{}
	}
	id, err := uuid.ParseBytes(text)
	if err != nil {
		r.fail("an identifier")
	}
	return id
}

// Decimal is a decimal number, as a string or as a number; zero for null.
func (r *Reader) Decimal() (d decimal.Decimal) {
	text := r.Value()
	if short, ok := shortDecimal(text); ok {
		return short
	}
	r.Check(d.UnmarshalJSON(text))
	return d
}

// shortDecimal reads a string of at most eighteen digits, with a point among them or not: the form
// in which decimals are written. It has the value and the exponent that the library would give it.
func shortDecimal(text []byte) (decimal.Decimal, bool) {
	if len(text) < 3 || len(text) > 21 || text[0] != '"' || text[len(text)-1] != '"' {
		return decimal.Decimal{}, false
	}
	var n int64
	digits, decimals, point := 0, int32(0), false
	for _, c := range text[1 : len(text)-1] {
		switch {
		case c == '.' && !point && digits > 0:
			point = true
		case c >= '0' && c <= '9':
			n = n*10 + int64(c-'0')
			digits++
			if point {
				decimals++
			}
		default:
			return decimal.Decimal{}, false
		}
	}
	if digits > 18 || point && decimals == 0 {
		return decimal.Decimal{}, false
	}
	return decimal.New(n, -decimals), true
}

// skip goes over a value that stands so deep in others.
func (r *Reader) skip(depth int) {
	switch c := r.peek(); c {
	case '"':
		r.skipString()
	case '{':
		r.skipNested(depth, '}', true)
	case '[':
		r.skipNested(depth, ']', false)
	case 't':
		r.literal("true")
	case 'f':
		r.literal("false")
	case 'n':
		r.literal("null")
	default:
		if c != '-' && c-'0' > 9 {
			r.fail("a value")
			return
		}
		r.number()
	}
}

func (r *Reader) skipString() {
	for r.pos++; r.pos < len(r.data); {
		switch c := r.data[r.pos]; {
		case c == '"':
			r.pos++
			return
		case c == '\\':
			if _, ok := r.escape(); !ok {
				return
			}
		case c < ' ':
			r.fail("no control character")
			return
		default:
			r.pos++
		}
	}
	r.fail("the end of the string")
}

// skipNested goes over an object or an array.
func (r *Reader) skipNested(depth int, end byte, named bool) {
	if depth == MaxDepth {
		r.fail("no deeper nesting")
		return
	}
	r.pos++
	if r.peek() == end {
		r.pos++
		return
	}
	for r.err == nil {
		if named {
			if r.peek() != '"' {
				r.fail("the name of a field")
				return
			}
			r.skipString()
			if r.peek() != ':' {
				r.fail("a colon")
				return
			}
			r.pos++
		}
		r.skip(depth + 1)
		switch r.peek() {
		case ',':
			r.pos++
		case end:
			r.pos++
			return
		default:
			r.fail("a comma")
		}
	}
}
