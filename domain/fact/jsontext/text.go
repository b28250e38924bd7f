package jsontext

import (
	"unicode/utf16"
	"unicode/utf8"
)

// plain are the bytes that stand for themselves in a string, and are a letter of ASCII.
var plain = func() (table [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		table[c] = c != '"' && c != '\\'
	}
	return table
}()

// String is the text of a string; empty for null. What is not UTF-8 becomes U+FFFD.
func (r *Reader) String() string {
	text, _ := r.text()
	return string(text)
}

// text is String as bytes, which are good until the next reading. It is false for null, and after an
// error.
func (r *Reader) text() ([]byte, bool) {
	switch r.peek() {
	case '"':
	case 'n':
		r.literal("null")
		return nil, false
	default:
		r.fail("a string")
		return nil, false
	}
	start := r.pos + 1
	for i := start; i < len(r.data); i++ {
		if c := r.data[i]; !plain[c] {
			if c == '"' {
				r.pos = i + 1
				return r.data[start:i], true
			}
			return r.unquote(start, i)
		}
	}
	r.fail("the end of the string")
	return nil, false
}

// unquote is the text of a string of which the bytes from start to i stand for themselves.
func (r *Reader) unquote(start, i int) ([]byte, bool) {
	text := append(make([]byte, 0, 2*(i-start)+16), r.data[start:i]...)
	for r.pos = i; r.pos < len(r.data); {
		switch c := r.data[r.pos]; {
		case c == '"':
			r.pos++
			return text, true
		case c == '\\':
			u, ok := r.escape()
			if !ok {
				return nil, false
			}
			text = utf8.AppendRune(text, u)
		case c < ' ':
			r.fail("no control character")
			return nil, false
		case c < utf8.RuneSelf:
			text = append(text, c)
			r.pos++
		default:
			u, size := utf8.DecodeRune(r.data[r.pos:])
			text = utf8.AppendRune(text, u)
			r.pos += size
		}
	}
	r.fail("the end of the string")
	return nil, false
}

// escapes are the bytes that may follow a backslash, and what they stand for.
var escapes = [256]rune{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// escape reads what a backslash begins. Half of a surrogate pair is U+FFFD.
func (r *Reader) escape() (rune, bool) {
	rest := r.data[r.pos:]
	if len(rest) >= 2 && escapes[rest[1]] != 0 {
		r.pos += 2
		return escapes[rest[1]], true
	}
	u, ok := hexRune(rest)
	if !ok {
		r.fail("an escape")
		return 0, false
	}
	r.pos += 6
	if !utf16.IsSurrogate(u) {
		return u, true
	}
	if low, ok := hexRune(rest[6:]); ok {
		if pair := utf16.DecodeRune(u, low); pair != utf8.RuneError {
			r.pos += 6
			return pair, true
		}
	}
	return utf8.RuneError, true
}

// hexRune is what \uXXXX stands for.
func hexRune(b []byte) (u rune, ok bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	for _, c := range b[2:6] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		u = u<<4 | rune(c)
	}
	return u, true
}
