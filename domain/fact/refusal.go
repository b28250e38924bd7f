package fact

import (
	"errors"
	"fmt"
)

// Refusal is a rule that a command broke. It changes nothing. Its code is stable: callers build on it.
type Refusal struct {
	Code  string // such as "loan_not_active"
	Class Class
	Title string // one sentence in plain English, without any value that a caller sent
}

// Class is what kind of fault a refusal is; adapters turn it into a status.
type Class int

const (
	// Invalid: the command itself is malformed or out of range.
	Invalid Class = iota
	// Conflict: the command is well formed, but not possible as things stand.
	Conflict
	// NotFound: what the command is about does not exist.
	NotFound
	// Forbidden: the caller may not give this command.
	Forbidden
)

// Error is the code and the title.
func (r *Refusal) Error() string { return r.Code + ": " + r.Title }

// Refuse makes a refusal, for a sentinel beside its rule.
func Refuse(class Class, code, title string) *Refusal {
	return &Refusal{Code: code, Class: class, Title: title}
}

// Detailed is a refusal with the figures of this case.
type Detailed struct {
	*Refusal
	Detail string
}

// With adds the figures of this case to a refusal: limits, dates, amounts of the lender's, never
// personal data.
func (r *Refusal) With(format string, args ...any) error {
	return &Detailed{Refusal: r, Detail: fmt.Sprintf(format, args...)}
}

// Error is the code and the detail.
func (d *Detailed) Error() string { return d.Code + ": " + d.Detail }

// Unwrap is the sentinel.
func (d *Detailed) Unwrap() error { return d.Refusal }

// Explain is the code and a detail that may be shown to a caller; false when the error is no refusal.
func Explain(err error) (r *Refusal, detail string, ok bool) {
	if d, is := errors.AsType[*Detailed](err); is {
		return d.Refusal, d.Detail, true
	}
	if r, is := errors.AsType[*Refusal](err); is {
		return r, r.Title, true
	}
	return nil, "", false
}
