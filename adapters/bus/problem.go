package bus

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"loanledger/domain/fact"
	"loanledger/domain/ledger"
	"loanledger/eventstore"
)

// problem is an error as it is answered: the problem document that HTTP has for it, and in the error
// headers of a micro service its status, its code and its detail.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail,omitempty"`
	Code     string `json:"code"`
	Instance string `json:"instance,omitempty"`
}

// Error makes a problem of the protocol an error.
func (p *problem) Error() string { return p.Code + ": " + cmp.Or(p.Detail, p.Title) }

// problemPath is where the codes are explained, over HTTP.
const problemPath = "/v1/problems/"

func newProblem(status int, code, title string) *problem {
	return &problem{Type: problemPath + code, Title: title, Status: status, Code: code}
}

// The errors of the protocol. Their statuses and codes are those of HTTP.
var (
	faultForbidden  = newProblem(http.StatusForbidden, "forbidden", "The role of this connection does not allow the command.")
	faultTooLarge   = newProblem(http.StatusRequestEntityTooLarge, "body_too_large", "A command may have at most 64 KiB.")
	faultKey        = newProblem(http.StatusBadRequest, "idempotency_key_invalid", "An idempotency key is 1 to 200 visible ASCII characters.")
	faultIfMatch    = newProblem(http.StatusBadRequest, "if_match_invalid", "If-Match takes one version of the loan or the borrower, as the ETag gave it.")
	faultInProgress = newProblem(http.StatusConflict, "command_in_progress", "A command with this idempotency key is being carried out; ask again for its result.")
	faultStopping   = newProblem(http.StatusServiceUnavailable, "stopping", "The service is stopping. Repeat the command with the same idempotency key.")
	faultInternal   = newProblem(http.StatusInternalServerError, "internal", "Something went wrong in the service. It was logged; repeat the command with the same idempotency key.")
)

// storeFaults is what the errors of the event store and of contexts are answered with, the first that
// fits: an outcome that is not known is said before anything else.
var storeFaults = []struct {
	err   error
	fault *problem
}{
	{eventstore.ErrOutcomeUnknown, newProblem(http.StatusServiceUnavailable, "outcome_unknown", "It is not known whether the command was recorded. Repeat it with the same idempotency key.")},
	{eventstore.ErrKeyReused, newProblem(http.StatusUnprocessableEntity, "idempotency_key_reused", "The idempotency key was used for another command. Nothing was done.")},
	{eventstore.ErrVersionMismatch, newProblem(http.StatusPreconditionFailed, "version_mismatch", "The version is not the one in If-Match. Nothing was done; read again and decide again.")},
	{eventstore.ErrConflict, newProblem(http.StatusConflict, "conflict", "Others kept changing the same thing at the same time. Nothing was done; try again.")},
	{eventstore.ErrBusy, newProblem(http.StatusServiceUnavailable, "busy", "Too many commands are waiting. Nothing was done; try again later.")},
	{context.DeadlineExceeded, newProblem(http.StatusGatewayTimeout, "timeout", "The time for the command is over. Repeat it with the same idempotency key.")},
	{context.Canceled, faultStopping},
}

// explain is the problem that an error is answered with; false for an error that nobody foresaw.
func explain(err error) (p problem, known bool) {
	if fault, is := errors.AsType[*problem](err); is {
		return *fault, true
	}
	for _, row := range storeFaults {
		if errors.Is(err, row.err) {
			return *row.fault, true
		}
	}
	if r, detail, is := fact.Explain(err); is {
		p := newProblem(statusOf(r), r.Code, r.Title)
		if detail != r.Title {
			p.Detail = detail
		}
		return *p, true
	}
	return *faultInternal, false
}

// statusOf is the status of a refusal by its class. A body that cannot be read is a bad request; one
// that can, and breaks a rule, is not.
func statusOf(r *fact.Refusal) int {
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
	panic("bus: a refusal of an unknown class")
}

// message is the problem as an answer.
func (p problem) message() (*nats.Msg, error) {
	body, err := json.Marshal(p)
	return &nats.Msg{Data: body, Header: nats.Header{
		micro.ErrorCodeHeader: {strconv.Itoa(p.Status)},
		micro.ErrorHeader:     {p.Error()},
		"Content-Type":        {"application/problem+json"},
	}}, err
}

// answer is the outcome of a command as an answer.
func answer(o ledger.Outcome) (*nats.Msg, error) {
	body, err := json.Marshal(o.Answer)
	m := &nats.Msg{Data: body, Header: nats.Header{
		headerETag:     {`"` + strconv.FormatInt(o.Version, 10) + `"`},
		"Content-Type": {"application/json"},
	}}
	if o.Replayed {
		m.Header.Set(headerReplayed, "true")
	}
	return m, err
}
