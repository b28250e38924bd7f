package faults

import (
	"context"
	"errors"
	"net/http"

	"loanledger/domain/fact"
	"loanledger/domain/ledger"
	"loanledger/eventstore"
)

// storeErrors is what the errors of the event store and of contexts are answered with, the first that
// fits: an outcome that is not known is said before anything else.
var storeErrors = []struct {
	err   error
	fault *Fault
}{
	{eventstore.ErrOutcomeUnknown, Unknown},
	{eventstore.ErrKeyReused, KeyReused},
	{eventstore.ErrVersionMismatch, Version},
	{eventstore.ErrConflict, Conflict},
	{eventstore.ErrBusy, Busy},
	{eventstore.ErrArchived, Archived},
	{context.DeadlineExceeded, Timeout},
}

// Of is what an error is answered with. An error that nobody foresaw is Internal, and not known: it is
// to be logged.
func Of(err error) (f *Fault, known bool) {
	if f, is := errors.AsType[*Fault](err); is {
		return f, true
	}
	for _, row := range storeErrors {
		if errors.Is(err, row.err) {
			return row.fault, true
		}
	}
	if r, detail, is := fact.Explain(err); is {
		f := &Fault{Status: StatusOf(r), Code: r.Code, Title: r.Title}
		if detail != r.Title {
			f.Detail = detail
		}
		return f, true
	}
	return Internal, false
}

// StatusOf is the status of a refusal by its class. A body that cannot be read is a bad request; one
// that can, and breaks a rule, is not.
func StatusOf(r *fact.Refusal) int {
	if r.Code == ledger.ErrMalformed.Code {
		return http.StatusBadRequest
	}
	switch r.Class {
	case fact.Invalid:
		return http.StatusUnprocessableEntity
	case fact.Conflict:
		return http.StatusConflict
	case fact.NotFound:
		return http.StatusNotFound
	case fact.Forbidden:
		return http.StatusForbidden
	}
	panic("faults: a refusal of an unknown class")
}
