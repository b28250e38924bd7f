package ledger

import (
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"loanledger/domain/date"
)

// DecodePlain reads a body of the usual form: an object with the names of its fields as they are
// documented, each at most once, texts without escapes and whole numbers. The value of one more field,
// where another name is given, is answered beside it. What is accepted is the command that Decode gives
// without that field; false says nothing of whether a body is right.
func (e Entry) DecodePlain(target uuid.UUID, data []byte, another string) (c Command, named string, plain bool) {
	c = Command{Entry: e, Target: target, Body: e.NewBody()}
	into := reflect.ValueOf(c.Body).Elem()
	s := shapeOf(into.Type())
	if s == nil {
		return c, "", false
	}
	p := &plainReader{text: string(data), another: another}
	p.space()
	if !p.object(s, into, true) {
		return c, "", false
	}
	p.space()
	return c, p.named, p.at == len(p.text)
}

// plainReader reads a subset of JSON whose meaning is beyond doubt. Every method reports false for
// anything else, and is then at no place in particular.
type plainReader struct {
	text    string // what is read shares its memory
	at      int
	another string
	named   string
}

func (p *plainReader) space() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\r', '\n':
			p.at++
		default:
			return
		}
	}
}

func (p *plainReader) next(c byte) bool {
	if p.at < len(p.text) && p.text[p.at] == c {
		p.at++
		return true
	}
	return false
}

func (p *plainReader) word(w string) bool {
	if strings.HasPrefix(p.text[p.at:], w) {
		p.at += len(w)
		return true
	}
	return false
}

// object reads an object into a struct that is still empty.
func (p *plainReader) object(s *shape, into reflect.Value, outermost bool) bool {
	var seen uint64
	another := outermost && p.another != ""
	return p.members(func(name string) bool {
		if another && name == p.another {
			var is bool
			another = false
			p.named, is = p.string()
			return is
		}
		for i := range s.fields {
			if f := &s.fields[i]; f.name == name {
				if seen&(1<<i) != 0 {
					return false
				}
				seen |= 1 << i
				return p.field(f, into.Field(f.index))
			}
		}
		return false
	})
}

// members reads an object; value reads the value of a name.
func (p *plainReader) members(value func(name string) bool) bool {
	if !p.next('{') {
		return false
	}
	p.space()
	if p.next('}') {
		return true
	}
	for {
		name, is := p.string()
		if p.space(); !is || !p.next(':') {
			return false
		}
		if p.space(); !value(name) {
			return false
		}
		if p.space(); p.next('}') {
			return true
		}
		if !p.next(',') {
			return false
		}
		p.space()
	}
}

func (p *plainReader) field(f *shapeField, into reflect.Value) bool {
	switch f.kind {
	case text:
		s, is := p.string()
		into.SetString(s)
		return is
	case whole:
		n, is := p.whole()
		if is {
			into.SetInt(n)
		}
		return is
	case truth:
		into.SetBool(p.word("true"))
		return into.Bool() || p.word("false")
	case day:
		s, is := p.string()
		d, err := date.Parse(s)
		*into.Addr().Interface().(*date.Date) = d
		return is && err == nil
	case identifier:
		s, is := p.string()
		if !is || len(s) != 36 {
			return false
		}
		id, err := uuid.Parse(s)
		*into.Addr().Interface().(*uuid.UUID) = id
		return err == nil
	case optionalWhole:
		n, is := p.whole()
		into.Set(reflect.ValueOf(&n))
		return is
	case object:
		return p.object(f.inner, into, false)
	case optionalObject:
		into.Set(reflect.New(into.Type().Elem()))
		return p.object(f.inner, into.Elem(), false)
	}
	from := p.at // raw
	is := p.value(deepest)
	into.SetBytes([]byte(p.text[from:p.at]))
	return is
}

// string reads a text without escapes.
func (p *plainReader) string() (string, bool) {
	if !p.next('"') {
		return "", false
	}
	from, ascii := p.at, true
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			s := p.text[from:p.at]
			p.at++
			return s, ascii || utf8.ValidString(s)
		case c == '\\' || c < ' ':
			return "", false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return "", false
}

// longestWhole is how many digits of a whole number fit in any case.
const longestWhole = 18

// whole reads a whole number.
func (p *plainReader) whole() (int64, bool) {
	from := p.at
	p.next('-')
	digits := p.digits()
	if digits == 0 || digits > longestWhole || digits > 1 && p.text[p.at-digits] == '0' || p.at < len(p.text) && strings.IndexByte(".eE", p.text[p.at]) >= 0 {
		return 0, false
	}
	n, err := strconv.ParseInt(p.text[from:p.at], 10, strconv.IntSize)
	return n, err == nil
}

func (p *plainReader) digits() int {
	from := p.at
	for p.at < len(p.text) && '0' <= p.text[p.at] && p.text[p.at] <= '9' {
		p.at++
	}
	return p.at - from
}

// deepest is how deep objects and lists may lie in each other.
const deepest = 16

// value passes over any value of the subset.
func (p *plainReader) value(depth int) bool {
	if p.at == len(p.text) || depth == 0 {
		return false
	}
	switch p.text[p.at] {
	case '"':
		_, is := p.string()
		return is
	case '{':
		return p.members(func(string) bool { return p.value(depth - 1) })
	case '[':
		return p.list(depth - 1)
	case 't':
		return p.word("true")
	case 'f':
		return p.word("false")
	case 'n':
		return p.word("null")
	}
	_, is := p.whole()
	return is
}

func (p *plainReader) list(depth int) bool {
	p.next('[')
	p.space()
	if p.next(']') {
		return true
	}
	for {
		if p.space(); !p.value(depth) {
			return false
		}
		if p.space(); p.next(']') {
			return true
		}
		if !p.next(',') {
			return false
		}
	}
}
