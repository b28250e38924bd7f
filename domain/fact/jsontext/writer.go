package jsontext

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// Writer writes JSON, byte for byte as encoding/json does. Each method adds one value, but for Name
// and Verbatim.
type Writer struct {
	Buf []byte // what has been written; values are added at its end
	Err error  // the first value that has no JSON
	// PlainHTML leaves <, > and & as they are, as an Encoder does after SetEscapeHTML(false). Otherwise
	// they are escaped.
	PlainHTML bool
}

// Verbatim adds text as it is.
func (w *Writer) Verbatim(text string) { w.Buf = append(w.Buf, text...) }

// Name adds the name of a field, given as it is written, such as `"on":`, and before it a comma
// unless it is the first of its object.
func (w *Writer) Name(name string) {
	if w.Buf[len(w.Buf)-1] != '{' {
		w.Buf = append(w.Buf, ',')
	}
	w.Buf = append(w.Buf, name...)
}

// Int adds a number.
func (w *Writer) Int(n int64) { w.Buf = strconv.AppendInt(w.Buf, n, 10) }

// Uint adds a number.
func (w *Writer) Uint(n uint64) { w.Buf = strconv.AppendUint(w.Buf, n, 10) }

// Bool adds true or false.
func (w *Writer) Bool(b bool) { w.Buf = strconv.AppendBool(w.Buf, b) }

// htmlPlain are the bytes that are plain and mean nothing in HTML.
var htmlPlain = func() [256]bool {
	table := plain
	table['<'], table['>'], table['&'] = false, false, false
	return table
}()

// String adds a string. What is not UTF-8 becomes U+FFFD.
func (w *Writer) String(s string) {
	table := &htmlPlain
	if w.PlainHTML {
		table = &plain
	}
	w.Buf = append(w.Buf, '"')
	i := 0
	for i < len(s) && table[s[i]] {
		i++
	}
	w.Buf = append(w.Buf, s[:i]...)
	if i < len(s) {
		w.escaped(s[i:], table)
	}
	w.Buf = append(w.Buf, '"')
}

const hexDigits = "0123456789abcdef"

// escaped adds a text, with an escape for each rune that does not stand for itself.
func (w *Writer) escaped(s string, table *[256]bool) {
	b := w.Buf
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if table[c] {
				b = append(b, c)
			} else {
				b = appendEscape(b, c)
			}
			i++
			continue
		}
		u, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case u == utf8.RuneError && size == 1:
			b = append(b, `\ufffd`...)
		case u == '\u2028' || u == '\u2029': // they end a line in JavaScript
			b = append(b, '\\', 'u', '2', '0', '2', hexDigits[u&0xF])
		default:
			b = append(b, s[i:i+size]...)
		}
		i += size
	}
	w.Buf = b
}

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '\\', '"':
		return append(b, '\\', c)
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
}

// UUID adds an identifier in its usual form.
func (w *Writer) UUID(id uuid.UUID) {
	b := append(w.Buf, '"')
	for i, c := range id {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = append(b, hexDigits[c>>4], hexDigits[c&0xF])
	}
	w.Buf = append(b, '"')
}

// Decimal adds a decimal number as a string.
func (w *Writer) Decimal(d decimal.Decimal) {
	w.Buf = append(w.Buf, '"')
	w.Buf = append(w.Buf, d.String()...)
	w.Buf = append(w.Buf, '"')
}

// Time adds a moment in the form of RFC 3339. Err, where its year has not four digits.
func (w *Writer) Time(t time.Time) {
	text, err := t.AppendText(append(w.Buf, '"'))
	if err != nil {
		w.fail(err)
		return
	}
	w.Buf = append(text, '"')
}

// RawMessage adds JSON, without the white space in it; null for nil. Err, where it is not JSON.
func (w *Writer) RawMessage(m json.RawMessage) {
	if m == nil {
		w.Verbatim("null")
		return
	}
	var text bytes.Buffer
	if err := json.Compact(&text, m); err != nil {
		w.fail(err)
		return
	}
	if w.PlainHTML {
		w.Buf = append(w.Buf, text.Bytes()...)
		return
	}
	added := bytes.NewBuffer(w.Buf)
	json.HTMLEscape(added, text.Bytes())
	w.Buf = added.Bytes()
}

func (w *Writer) fail(err error) {
	if w.Err == nil {
		w.Err = err
	}
}
