package httpapi_test

import (
	"bytes"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"loanledger/adapters/httpapi"
)

func FuzzLine(f *testing.F) {
	for _, seed := range []string{
		`{"command":"loan.repay","loan_id":"0001ffff-0000-8000-8000-000000000001","idempotency_key":"k","if_version":3,"body":{"amount":"1.00"}}`,
		`{"command":"borrower.certify","borrower_id":"0001ffff-0000-8000-8000-000000000001"}`,
		`{"command":"loan.apply","lender":"x","body":null}`, `{}`, `[]`, `null`, `"`, "\xff", `{"command":"x","command":"loan.repay"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := httpapi.ParseLine(data); err != nil && len(data) > 12 && strings.Contains(err.Error(), string(data)) {
			t.Errorf("the error repeats the line: %v", err)
		}
	})
}

// A stream is cut as splitting at every newline would cut it.
func FuzzLines(f *testing.F) {
	long := strings.Repeat("x", httpapi.MaxLine)
	for _, seed := range []string{"", "\n", "a\nb", "a\r\n\r\nb\n", " \n", long, long + "\n", long + "x", long + "x\n", long + long + long + "\na", "a\n" + long + "\r\nb"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		cut, numbers, err := httpapi.Lines(iotest.OneByteReader(bytes.NewReader(data)))
		must(t, err)
		n := 0
		for i, line := range bytes.Split(data, []byte("\n")) {
			want := bytes.TrimSpace(line)
			if len(want) == 0 && len(line) <= httpapi.MaxLine+1 {
				continue
			}
			if n >= len(cut) || numbers[n] != i+1 {
				t.Fatalf("line %d is missing", i+1)
			}
			// A line with much white space around it may count as too long.
			if tooLong := cut[n] == nil; tooLong != (len(want) > httpapi.MaxLine) && len(line) <= httpapi.MaxLine || !tooLong && !bytes.Equal(cut[n], want) {
				t.Errorf("line %d, of %d bytes, has %d", i+1, len(line), len(cut[n]))
			}
			n++
		}
		if n != len(cut) {
			t.Errorf("%d lines, not %d", len(cut), n)
		}
	})
}

func FuzzHeaders(f *testing.F) {
	for _, seed := range []string{`"4"`, `*`, ``, `W/"4"`, `"99999999999"`, "key", "a b", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if v, err := httpapi.ParseIfMatch(value); err == nil && v != nil && (*v < 0 || *v > 1<<31-1) {
			t.Errorf("%q is version %d", value, *v)
		}
		if err := httpapi.CheckKey(value); err == nil {
			if len(value) > 200 || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Errorf("%q is an idempotency key", value)
			}
		}
	})
}

func FuzzQuery(f *testing.F) {
	h := newHouse(f)
	id, _ := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	for _, seed := range []string{"as_of=2026-01-20", "as_known_at=2026-01-15T12:00:00Z", "min_position=1", "as_of=", "lender=smartcash&limit=5&after=2", "%zz", "a=b;c=d", "&&&", "as_of=0000-00-00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if strings.Contains(query, "wait") || strings.Contains(query, "min_position") {
			return // these take their time
		}
		for _, path := range []string{"/v1/loans/" + id, "/v1/loans/" + id + "/payoff", "/v1/events"} {
			r := httptest.NewRequest("GET", "/", nil)
			r.URL = &url.URL{Path: path, RawQuery: query}
			r.Header.Set("Authorization", "Bearer "+h.tokens["auditor"])
			w := httptest.NewRecorder()
			h.api.ServeHTTP(w, r)
			if w.Code >= 500 || w.Code == 0 {
				t.Errorf("%s?%q: %d %s", path, query, w.Code, w.Body)
			}
		}
	})
}
