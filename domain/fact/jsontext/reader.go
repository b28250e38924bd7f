// Package jsontext reads and writes the JSON of events, commands and answers for code that is
// generated from their types: without reflection, and with no allocation that the value itself does
// not need.
//
// A Writer writes the very bytes that encoding/json writes. A Reader takes what encoding/json takes,
// and makes the same value of it, with two exceptions, both stricter: an object must not name a
// field twice, and a value that nobody asks for must not be nested deeper than MaxDepth.
package jsontext

import (
	"errors"
	"fmt"
)

// ErrSyntax is returned for bytes that are not the JSON of the value that was to be read.
var ErrSyntax = errors.New("not the JSON that was expected")

// MaxDepth is how deep arrays and objects may be nested in a value that is kept as it is, or that
// nobody asks for.
const MaxDepth = 1000

// Reader reads one JSON value. After the first error it stands at the end of its data, whatever is
// read from it is zero, and End tells the error.
type Reader struct {
	data   []byte
	pos    int
	err    error
	begun  bool // an object has been opened
	strict bool
	beside string // the name of a field, where a strict reader is given one
	aside  string // its value
}

// NewReader reads data. Nothing that is read refers to data later, except what Value answers.
func NewReader(data []byte) Reader { return Reader{data: data} }

// NewStrictReader reads data and refuses fields that the value does not have. Where a name is given,
// the outermost object may have one field more: a string of this name, exactly, that Beside tells.
func NewStrictReader(data []byte, beside string) *Reader {
	return &Reader{data: data, strict: true, beside: beside}
}

// Beside is the value of the field beside those of the outermost object; empty where there was none.
func (r *Reader) Beside() string { return r.aside }

// End is the first error, or ErrSyntax when there is something after the value.
func (r *Reader) End() error {
	if r.peek(); r.pos < len(r.data) {
		r.fail("the end")
	}
	return r.err
}

// Check takes the error of a value that was read from its text, if there is one.
func (r *Reader) Check(err error) {
	if err != nil {
		r.stop(err)
	}
}

// Null skips a null, and reports whether there was one.
func (r *Reader) Null() bool {
	if r.peek() != 'n' {
		return false
	}
	r.literal("null")
	return r.err == nil
}

// Bool is true or false; false for null.
func (r *Reader) Bool() bool {
	switch r.peek() {
	case 't':
		r.literal("true")
		return r.err == nil
	case 'f':
		r.literal("false")
	case 'n':
		r.literal("null")
	default:
		r.fail("true or false")
	}
	return false
}

// peek skips white space and is the byte that follows it; 0 at the end of the data.
func (r *Reader) peek() byte {
	for ; r.pos < len(r.data); r.pos++ {
		switch c := r.data[r.pos]; c {
		case ' ', '\t', '\r', '\n':
		default:
			return c
		}
	}
	return 0
}

func (r *Reader) literal(text string) {
	if rest := r.data[r.pos:]; len(rest) < len(text) || string(rest[:len(text)]) != text {
		r.fail(text)
		return
	}
	r.pos += len(text)
}

// fail says what was expected where the reader stands, and nothing of what is there.
func (r *Reader) fail(expected string) {
	if r.err == nil {
		r.stop(fmt.Errorf("%w: %s at byte %d", ErrSyntax, expected, r.pos))
	}
}

func (r *Reader) stop(err error) {
	if r.err == nil {
		r.err = err
	}
	r.pos = len(r.data)
}
