package httpapi

import (
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"loanledger/adapters/internal/faults"
	"loanledger/adapters/internal/orders"
)

// CommandHeaders is what every command takes beside its body. It is exported, like every struct here
// that is embedded in an input, because huma sees no other.
type CommandHeaders struct {
	Key     string `header:"Idempotency-Key" doc:"1 to 200 visible ASCII characters, chosen by the caller. The same key with the same body is answered with the first result, and Idempotent-Replayed: true."`
	IfMatch string `header:"If-Match" doc:"the version that the loan or the borrower must have, as in the ETag" example:"\"4\""`
}

// keyOf is the one idempotency key of a request, or none. Errors: idempotency_key_invalid.
func keyOf(h http.Header) (string, error) {
	keys := h.Values("Idempotency-Key")
	switch {
	case len(keys) == 0:
		return "", nil
	case len(keys) > 1 || keys[0] == "":
		return "", faults.KeyInvalid
	}
	return keys[0], orders.CheckKey(keys[0])
}

// ifMatchOf is the version in the If-Match header of a request; nil where it says nothing, or anything
// will do. Errors: if_match_invalid.
func ifMatchOf(h http.Header) (*int64, error) {
	switch values := h.Values("If-Match"); len(values) {
	case 0:
		return nil, nil
	case 1:
		return parseIfMatch(strings.TrimSpace(values[0]))
	}
	return nil, faults.IfMatchInvalid
}

func parseIfMatch(value string) (*int64, error) {
	if value == "*" {
		return nil, nil
	}
	digits, quoted := strings.CutPrefix(value, `"`)
	digits, closed := strings.CutSuffix(digits, `"`)
	if !quoted || !closed || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return nil, faults.IfMatchInvalid
	}
	version, err := strconv.ParseInt(digits, 10, 32)
	if err != nil {
		return nil, faults.IfMatchInvalid
	}
	return &version, nil
}

// etag is a version as a strong entity tag.
func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

// readBody is the whole JSON body of a request. Errors: body_too_large, unsupported_media_type,
// body_unread.
func readBody(e exchange) ([]byte, error) {
	var b buffer
	err := b.readFrom(e.request)
	return b.data, err
}

// readFrom is readBody into a buffer that is empty.
func (b *buffer) readFrom(r *http.Request) error {
	for {
		if len(b.data) == cap(b.data) {
			b.data = slices.Grow(b.data, max(len(b.data), bufferSpace))
		}
		n, err := r.Body.Read(b.data[len(b.data):cap(b.data)])
		b.data = b.data[:len(b.data)+n]
		switch {
		case len(b.data) > orders.MaxBody:
			return faults.TooLarge
		case err == io.EOF && len(b.data) > 0 && !hasMediaType(r, "application/json"):
			return faultMedia
		case err == io.EOF:
			return nil
		case err != nil:
			return faults.Unread
		}
	}
}

// hasMediaType reports whether the body is declared to be of a type, or not declared at all.
func hasMediaType(r *http.Request, accepted ...string) bool {
	declared := r.Header.Get("Content-Type")
	if declared == "" || declared == accepted[0] {
		return true
	}
	media, parameters, err := mime.ParseMediaType(declared)
	if err != nil {
		return false
	}
	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return false
	}
	for _, a := range accepted {
		if media == a {
			return true
		}
	}
	return false
}
