package jsontext_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"loanledger/domain/fact/jsontext"
)

// TestStringsAreWrittenAsByEncodingJSON: bytes of any kind, with and without escapes for HTML.
func TestStringsAreWrittenAsByEncodingJSON(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := pieces(r)
		if rapid.Bool().Draw(r, "bytes") {
			s = string(rapid.SliceOf(rapid.Byte()).Draw(r, "text"))
		}
		for _, plain := range []bool{false, true} {
			var want bytes.Buffer
			e := json.NewEncoder(&want)
			e.SetEscapeHTML(!plain)
			if err := e.Encode(s); err != nil {
				r.Fatal(err)
			}
			w := jsontext.Writer{PlainHTML: plain}
			if w.String(s); string(w.Buf)+"\n" != want.String() {
				r.Fatalf("%q is written %s, by encoding/json %s", s, w.Buf, want.Bytes())
			}
		}
	})
}

// TestNoJSON: what has no JSON is an error, the first of which is kept.
func TestNoJSON(t *testing.T) {
	for _, m := range []string{`{`, `{} {}`, ``, `{"a":}`} {
		var w jsontext.Writer
		w.RawMessage(json.RawMessage(m))
		first := w.Err
		w.Time(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))
		if first == nil || w.Err != first {
			t.Errorf("%q: %v, %v", m, first, w.Err)
		}
	}
	var w jsontext.Writer
	if w.Time(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)); w.Err == nil {
		t.Errorf("the year 10000 is written %s", w.Buf)
	}
}

func TestNumbersAndNames(t *testing.T) {
	var w jsontext.Writer
	w.Verbatim(`{`)
	w.Name(`"a":`)
	w.Int(-1 << 63)
	w.Name(`"b":`)
	w.Uint(1<<64 - 1)
	w.Verbatim(`,"c":{`)
	w.Name(`"d":`)
	w.Bool(true)
	w.Verbatim(`}}`)
	if got := string(w.Buf); got != `{"a":-9223372036854775808,"b":18446744073709551615,"c":{"d":true}}` {
		t.Error(got)
	}
}
