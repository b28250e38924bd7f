package httpapi

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"loanledger/domain/fact"
	"loanledger/domain/ledger"

	"github.com/google/uuid"
)

// maxLine bounds a line of many commands, in bytes: a whole command, and what is said beside it.
const maxLine = maxBody + 4<<10

// bulkLine is a command among many.
type bulkLine struct {
	Command   string          `json:"command" doc:"its name in the catalogue" example:"loan.repay"`
	Target    uuid.UUID       `json:"target,omitzero" doc:"the loan or the borrower; loan_id or borrower_id say the same"`
	Loan      uuid.UUID       `json:"loan_id,omitzero"`
	Borrower  uuid.UUID       `json:"borrower_id,omitzero"`
	Lender    string          `json:"lender,omitempty" doc:"of a command to a lender, where its body does not say" example:"smartcash"`
	Key       string          `json:"idempotency_key,omitempty" doc:"as in the header Idempotency-Key"`
	IfVersion *int64          `json:"if_version,omitempty" doc:"as in the header If-Match" minimum:"0"`
	Body      json.RawMessage `json:"body,omitempty" doc:"of the command"`
}

// bulkAnswer is what became of a command among many.
type bulkAnswer struct {
	Line     int      `json:"line" doc:"from 1; empty lines count and have no answer"`
	Status   int      `json:"status" doc:"as the command alone would have had"`
	Replayed bool     `json:"replayed,omitempty" doc:"the command had been carried out before"`
	Answer   any      `json:"answer,omitempty" doc:"of the command"`
	Problem  *Problem `json:"problem,omitempty" doc:"why it was refused"`
}

// parseLine reads a command among many. Errors: line_malformed, command_unknown,
// idempotency_key_invalid.
func parseLine(data []byte) (order, error) {
	l, err := decode[bulkLine](data)
	if err != nil {
		_, detail, _ := fact.Explain(err)
		return order{}, faultLine.With(detail)
	}
	entry, err := ledger.Lookup(l.Command)
	if err != nil {
		return order{}, err
	}
	target, err := l.target(entry)
	if err != nil {
		return order{}, err
	}
	if l.IfVersion != nil && (*l.IfVersion < 0 || *l.IfVersion > 1<<31-1) {
		return order{}, faultLine.With("if_version is out of range")
	}
	o := order{entry: entry, target: target, lender: l.Lender, key: l.Key, ifVersion: l.IfVersion, body: l.Body}
	return o, checkKey(l.Key)
}

// target is what the line names, by the one name that is right for the command.
func (l *bulkLine) target(entry ledger.Entry) (uuid.UUID, error) {
	named := l.Target
	for _, other := range []struct {
		id uuid.UUID
		of ledger.Target
	}{{l.Loan, ledger.TargetLoan}, {l.Borrower, ledger.TargetBorrower}} {
		switch {
		case other.id == uuid.Nil:
		case other.of != entry.Target || named != uuid.Nil && named != other.id:
			return uuid.Nil, faultLine.With("it names something that the command is not for")
		default:
			named = other.id
		}
	}
	if (named == uuid.Nil) != (entry.Target == ledger.TargetBook) {
		return uuid.Nil, faultLine.With("a command to a loan or a borrower names it, and no other command does")
	}
	return named, nil
}

// lines cuts a stream into lines of bounded length.
type lines struct {
	from *bufio.Reader
	nr   int
}

func newLines(r io.Reader) *lines { return &lines{from: bufio.NewReaderSize(r, maxLine+2)} }

// next is the next line that is not empty, with its number; it stays valid until the next call.
// A line that is too long is passed over: it comes as line_too_long, and the next call goes on after
// it. Errors: io.EOF at the end, line_too_long, body_unread.
func (l *lines) next() (int, []byte, error) {
	for {
		data, err := l.from.ReadSlice('\n')
		l.nr++
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return l.nr, nil, l.passOver()
		case err != nil && !errors.Is(err, io.EOF):
			return l.nr, nil, faultUnread
		}
		if data = bytes.TrimSpace(data); len(data) > maxLine {
			return l.nr, nil, faultLineTooLong
		}
		if len(data) > 0 {
			return l.nr, data, nil
		}
		if err != nil {
			return l.nr, nil, io.EOF
		}
	}
}

// passOver reads to the end of a line.
func (l *lines) passOver() error {
	for {
		switch _, err := l.from.ReadSlice('\n'); {
		case err == nil, errors.Is(err, io.EOF):
			return faultLineTooLong
		case !errors.Is(err, bufio.ErrBufferFull):
			return faultUnread
		}
	}
}
