package httpapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"loanledger/adapters/httpapi"
)

// reply is an answer, read to its end.
type reply struct {
	t      testing.TB
	what   string
	status int
	header http.Header
	body   []byte
}

// do sends a request as the holder of a token; headers come as pairs.
func (h *house) do(token, method, path, body string, headers ...string) *reply {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), method, h.server.URL+path, strings.NewReader(body))
	must(h.t, err)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+h.tokens[token])
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := h.server.Client().Do(r)
	must(h.t, err)
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	must(h.t, err)
	return &reply{h.t, method + " " + path, answer.StatusCode, answer.Header, data}
}

func (h *house) get(token, path string) *reply { h.t.Helper(); return h.do(token, "GET", path, "") }

func (h *house) post(token, path, body string, headers ...string) *reply {
	h.t.Helper()
	return h.do(token, "POST", path, body, headers...)
}

// want ends the test unless the status is right.
func (r *reply) want(status int) *reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: status %d, not %d: %s", r.what, r.status, status, r.body)
	}
	return r
}

// refused ends the test unless the answer is a problem with the status and the code.
func (r *reply) refused(status int, code string) *reply {
	r.t.Helper()
	r.want(status)
	var p httpapi.Problem
	if err := json.Unmarshal(r.body, &p); err != nil || p.Code != code || p.Status != status || p.Title == "" ||
		p.Type != "/v1/problems/"+code || r.header.Get("Content-Type") != "application/problem+json" {
		r.t.Fatalf("%s: not a problem with the code %s: %s", r.what, code, r.body)
	}
	return r
}

// str is the field of a JSON answer at a path such as "balances.total" or "loans.0.number".
func (r *reply) str(path string) string {
	r.t.Helper()
	d := json.NewDecoder(bytes.NewReader(r.body))
	d.UseNumber()
	var v any
	must(r.t, d.Decode(&v))
	for _, step := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(at) {
				r.t.Fatalf("%s: no %s in %s", r.what, path, r.body)
			}
			v = at[i]
		default:
			r.t.Fatalf("%s: no %s in %s", r.what, path, r.body)
		}
	}
	return fmt.Sprint(v)
}

// has ends the test unless fields have values; they come as pairs.
func (r *reply) has(pairs ...string) *reply {
	r.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if got := r.str(pairs[i]); got != pairs[i+1] {
			r.t.Errorf("%s: %s is %s, not %s: %s", r.what, pairs[i], got, pairs[i+1], r.body)
		}
	}
	return r
}
