package httpapi

import (
	"bytes"
	"errors"
	"io"
	"time"

	"loanledger/adapters/internal/faults"
	"loanledger/adapters/internal/orders"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ledger"
)

// SetPositionTime sets how long a read waits for min_position.
func (a *API) SetPositionTime(d time.Duration) { a.positionTime = d }

// SetCommandTime bounds the time of a request.
func (a *API) SetCommandTime(d time.Duration) { a.commandTime = d }

// Document is the OpenAPI document.
func (a *API) Document() []byte { return a.document }

// Codes is every code that may be answered.
func Codes() (codes []string) {
	for _, m := range meaningsOf() {
		codes = append(codes, m.Code)
	}
	return codes
}

// ParseLine reads a command among many.
func ParseLine(data []byte) error { _, err := orders.ParseLine(data); return err }

// Journal is the postings of a loan.
func Journal(facts []fact.Fact, business date.Date) []ledger.JournalLine {
	return journal(facts, business)
}

// ParseIfMatch reads a version.
func ParseIfMatch(value string) (*int64, error) { return parseIfMatch(value) }

// CheckKey checks an idempotency key.
func CheckKey(key string) error { return orders.CheckKey(key) }

// BodiesOfExamples is the bodies in the documentation, by the id of their operation.
func BodiesOfExamples() map[string]string {
	bodies := map[string]string{}
	for id, e := range examples {
		if e.body != "" {
			bodies[id] = e.body
		}
	}
	return bodies
}

// Lines cuts a stream into lines; one that is too long is nil.
func Lines(r io.Reader) (cut [][]byte, numbers []int, err error) {
	for l := orders.NewLines(r); ; {
		nr, data, err := l.Next()
		switch {
		case errors.Is(err, io.EOF):
			return cut, numbers, nil
		case err != nil && !errors.Is(err, faults.LineTooLong):
			return cut, numbers, err
		}
		cut, numbers = append(cut, bytes.Clone(data)), append(numbers, nr)
	}
}

// MaxLine is the longest line, in bytes.
const MaxLine = orders.MaxLine
