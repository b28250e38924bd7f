package orders

import (
	"encoding/json"

	"loanledger/adapters/internal/faults"
	"loanledger/domain/fact"
	"loanledger/domain/fact/jsontext"
	"loanledger/domain/ledger"

	"github.com/google/uuid"
)

// Bounds in bytes, of a command's body, of its idempotency key, and of a line, which is a whole command
// and what is said beside it.
const (
	MaxBody = 64 << 10
	MaxKey  = 200
	MaxLine = MaxBody + 4<<10
)

// Line is a command among many.
type Line struct {
	Command   string          `json:"command" doc:"its name in the catalogue" example:"loan.repay"`
	Target    uuid.UUID       `json:"target,omitzero" doc:"the loan or the borrower; loan_id or borrower_id say the same"`
	Loan      uuid.UUID       `json:"loan_id,omitzero"`
	Borrower  uuid.UUID       `json:"borrower_id,omitzero"`
	Lender    string          `json:"lender,omitempty" doc:"of a command to a lender, where its body does not say" example:"smartcash"`
	Key       string          `json:"idempotency_key,omitempty" doc:"as in the header Idempotency-Key"`
	IfVersion *int64          `json:"if_version,omitempty" doc:"as in the header If-Match" minimum:"0"`
	Body      json.RawMessage `json:"body,omitempty" doc:"of the command"`
}

var lineNames = jsontext.Names{`"command":`, `"target":`, `"loan_id":`, `"borrower_id":`, `"lender":`, `"idempotency_key":`, `"if_version":`, `"body":`}

// ReadJSON reads a line into one that is empty, and keeps nothing of the reader's data.
func (l *Line) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: lineNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			l.Command = r.String()
		case 1:
			l.Target = r.UUID()
		case 2:
			l.Loan = r.UUID()
		case 3:
			l.Borrower = r.UUID()
		case 4:
			l.Lender = r.String()
		case 5:
			l.Key = r.String()
		case 6:
			if !r.Null() {
				version := r.Int(64)
				l.IfVersion = &version
			}
		case 7:
			l.Body = r.RawMessage()
		}
	}
}

// lineEntry reads a line as strictly as a command's body.
var lineEntry = ledger.Entry{NewBody: func() any { return new(Line) }}

// ParseLine reads a command among many; it keeps nothing of data. Errors: line_malformed,
// command_unknown, idempotency_key_invalid.
func ParseLine(data []byte) (Order, error) {
	c, err := lineEntry.Decode(uuid.Nil, data)
	if err != nil {
		_, detail, _ := fact.Explain(err)
		return Order{}, faults.Line.With(detail)
	}
	l := c.Body.(*Line)
	entry, err := ledger.Lookup(l.Command)
	if err != nil {
		return Order{}, err
	}
	target, err := l.target(entry)
	if err != nil {
		return Order{}, err
	}
	if l.IfVersion != nil && (*l.IfVersion < 0 || *l.IfVersion > 1<<31-1) {
		return Order{}, faults.Line.With("if_version is out of range")
	}
	o := Order{Entry: entry, Target: target, Lender: l.Lender, Key: l.Key, IfVersion: l.IfVersion, Body: l.Body}
	return o, CheckKey(l.Key)
}

// target is what the line names, by the one name that is right for the command.
func (l *Line) target(entry ledger.Entry) (uuid.UUID, error) {
	named := l.Target
	for _, other := range [...]struct {
		id uuid.UUID
		of ledger.Target
	}{{l.Loan, ledger.TargetLoan}, {l.Borrower, ledger.TargetBorrower}} {
		switch {
		case other.id == uuid.Nil:
		case other.of != entry.Target || named != uuid.Nil && named != other.id:
			return uuid.Nil, faults.Line.With("it names something that the command is not for")
		default:
			named = other.id
		}
	}
	if (named == uuid.Nil) != (entry.Target == ledger.TargetBook) {
		return uuid.Nil, faults.Line.With("a command to a loan or a borrower names it, and no other command does")
	}
	return named, nil
}

// CheckKey accepts no key, and a well-formed one. Errors: idempotency_key_invalid.
func CheckKey(key string) error {
	if len(key) > MaxKey {
		return faults.KeyInvalid
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return faults.KeyInvalid
		}
	}
	return nil
}

// StatusOf is the status, as HTTP has it, of a command that was carried out.
func StatusOf(e ledger.Entry) int {
	if e.Name == "loan.apply" || e.Name == "borrower.certify" {
		return 201 // something new can be read now
	}
	return 200
}
