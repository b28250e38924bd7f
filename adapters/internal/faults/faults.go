// Package faults is the one table from an error to what a caller is told, whichever way the command
// came: a status as HTTP has it, a stable code, and words that repeat nothing that was sent.
package faults

import (
	"cmp"
	"net/http"
)

// Path is where the codes are explained over HTTP; a problem document's type is the path and the code.
const Path = "/v1/problems/"

// Fault is an error as a caller is told of it.
type Fault struct {
	Status     int    // as HTTP has it
	Code       string // stable; callers build on it
	Title      string // what the code means
	Detail     string // this case; may be empty
	RetryAfter int    // seconds; 0 is not to be said
}

// Error is the code and the detail.
func (f *Fault) Error() string { return f.Code + ": " + cmp.Or(f.Detail, f.Title) }

// Is makes a fault with a detail the same error as the one without.
func (f *Fault) Is(target error) bool {
	other, is := target.(*Fault)
	return is && other.Code == f.Code
}

// With is the fault with what is wrong in this case, never with what was sent.
func (f *Fault) With(detail string) *Fault {
	g := *f
	g.Detail = detail
	return &g
}

// The faults that HTTP and NATS have in common.
var (
	Forbidden      = &Fault{Status: http.StatusForbidden, Code: "forbidden", Title: "The role of the caller does not allow this."}
	TooLarge       = &Fault{Status: http.StatusRequestEntityTooLarge, Code: "body_too_large", Title: "A command may have at most 64 KiB."}
	KeyInvalid     = &Fault{Status: http.StatusBadRequest, Code: "idempotency_key_invalid", Title: "An idempotency key is 1 to 200 visible ASCII characters."}
	KeyReused      = &Fault{Status: http.StatusUnprocessableEntity, Code: "idempotency_key_reused", Title: "The idempotency key was used for another command. Nothing was done."}
	InProgress     = &Fault{Status: http.StatusConflict, Code: "command_in_progress", Title: "A command with this idempotency key is being carried out; ask again for its result.", RetryAfter: 1}
	Line           = &Fault{Status: http.StatusBadRequest, Code: "line_malformed", Title: "The line is not a command."}
	LineTooLong    = &Fault{Status: http.StatusRequestEntityTooLarge, Code: "line_too_long", Title: "A line may have at most 68 KiB."}
	Unread         = &Fault{Status: http.StatusBadRequest, Code: "body_unread", Title: "The body ended early or did not come in time."}
	IfMatchInvalid = &Fault{Status: http.StatusBadRequest, Code: "if_match_invalid", Title: "If-Match takes one version of the loan or the borrower, as the ETag gave it."}
	Version        = &Fault{Status: http.StatusPreconditionFailed, Code: "version_mismatch", Title: "The version is not the one in If-Match. Nothing was done; read again and decide again."}
	Conflict       = &Fault{Status: http.StatusConflict, Code: "conflict", Title: "Others kept changing the same thing at the same time. Nothing was done; try again.", RetryAfter: 1}
	Busy           = &Fault{Status: http.StatusServiceUnavailable, Code: "busy", Title: "Too many commands are waiting. Nothing was done; try again later.", RetryAfter: 1}
	Unknown        = &Fault{Status: http.StatusServiceUnavailable, Code: "outcome_unknown", Title: "It is not known whether the command was recorded. Repeat it with the same idempotency key.", RetryAfter: 1}
	Archived       = &Fault{Status: http.StatusGone, Code: "archived", Title: "This history has come to its end and was moved to the archive. The lender can put it back."}
	Timeout        = &Fault{Status: http.StatusGatewayTimeout, Code: "timeout", Title: "The time for the request is over. Repeat a command with the same idempotency key."}
	Internal       = &Fault{Status: http.StatusInternalServerError, Code: "internal", Title: "Something went wrong in the service. It was logged; repeat a command with the same idempotency key."}
)
