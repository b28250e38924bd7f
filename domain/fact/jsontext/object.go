package jsontext

import (
	"math/bits"
	"strings"
)

// Names is the fields of an object in the order in which they are written, each as it is written,
// such as `"on":`. There are at most 64 of them, of letters, digits and underscores.
type Names []string

// Object is how far an object has been read. Its fields mostly come in the order in which they are
// written, so each is first looked for where the last one stood.
type Object struct {
	Names Names
	Field int // the place in Names of the field whose value is to be read now

	seen      uint64 // the fields that have come
	inside    bool
	outermost bool
}

// Follows goes to the value of a field, given by its name after a comma and its place in Names, when
// it comes next and for the first time.
func (o *Object) Follows(r *Reader, name string, field int) bool {
	end := r.pos + len(name)
	if end > len(r.data) || string(r.data[r.pos:end]) != name || o.seen>>field&1 != 0 {
		return false
	}
	r.pos = end
	o.seen |= 1 << field
	return true
}

// Next goes to the value of the next field that has a name in Names; false at the end of the object,
// or when there is a null in its place. As in encoding/json, letters of either case make a name, and
// fields that nobody knows are skipped; a strict reader refuses those.
func (o *Object) Next(r *Reader) bool {
	opening := byte(',')
	if !o.inside {
		opening = '{'
		o.outermost, r.begun = !r.begun, true
	}
	if rest := r.data[r.pos:]; len(rest) > 1 && rest[0] == opening {
		rest = rest[1:]
		for i := bits.Len64(o.seen); i < len(o.Names); i++ {
			if name := o.Names[i]; len(rest) > len(name) && string(rest[:len(name)]) == name {
				r.pos += 1 + len(name)
				o.seen |= 1 << i
				o.Field, o.inside = i, true
				return true
			}
		}
	} else if o.inside && len(rest) > 0 && rest[0] == '}' {
		r.pos++
		return false
	}
	return o.search(r)
}

// search is Next for objects that are laid out otherwise than they are written here.
func (o *Object) search(r *Reader) bool {
	for {
		more := false
		switch c := r.peek(); {
		case !o.inside && c == 'n':
			r.literal("null")
			return false
		case !o.inside && c == '{':
			r.pos++
			if r.peek() == '}' {
				r.pos++
				return false
			}
			more = true
		case o.inside && c == ',':
			r.pos++
			more = true
		case o.inside && c == '}':
			r.pos++
			return false
		}
		if !more {
			r.fail("an object")
			return false
		}
		o.inside = true
		name, ok := r.name()
		if !ok {
			return false
		}
		if i := o.find(name); i >= 0 {
			if o.seen>>i&1 != 0 {
				r.fail("no field for the second time")
				return false
			}
			o.seen |= 1 << i
			o.Field = i
			return true
		}
		if !r.unknown(name, o.outermost) {
			return false
		}
	}
}

// unknown reads the value of a field without a place; false after an error.
func (r *Reader) unknown(name []byte, outermost bool) bool {
	switch {
	case !r.strict:
		r.Value()
	case !outermost || r.beside == "" || string(name) != r.beside || r.peek() != '"':
		r.fail("a field that is known")
	default:
		r.beside, r.aside = "", r.String()
	}
	return r.err == nil
}

// name reads a field's name and the colon after it.
func (r *Reader) name() ([]byte, bool) {
	if r.peek() != '"' {
		r.fail("the name of a field")
		return nil, false
	}
	name, _ := r.text()
	if r.peek() != ':' {
		r.fail("a colon")
		return nil, false
	}
	r.pos++
	return name, true
}

// find is the place of a field in Names; -1 for one that has none.
func (o *Object) find(name []byte) int {
	for i, n := range o.Names {
		if n[1:len(n)-2] == string(name) {
			return i
		}
	}
	for i, n := range o.Names {
		if strings.EqualFold(n[1:len(n)-2], string(name)) {
			return i
		}
	}
	return -1
}

// List is how far an array has been read.
type List struct {
	// Empty is set when there is an array without elements, and not when there is a null.
	Empty  bool
	inside bool
}

// Next goes to the next element; false at the end of the array, or when there is a null in its place.
func (l *List) Next(r *Reader) bool {
	switch c := r.peek(); {
	case !l.inside && c == 'n':
		r.literal("null")
		return false
	case !l.inside && c == '[':
		r.pos++
		l.inside = true
		if r.peek() == ']' {
			r.pos++
			l.Empty = true
			return false
		}
		return true
	case l.inside && c == ',':
		r.pos++
		return true
	case l.inside && c == ']':
		r.pos++
		return false
	}
	r.fail("an array")
	return false
}
