package httpapi

import (
	"context"
	"net/http"

	"loanledger/domain/fact"
	"loanledger/domain/ledger"
	"loanledger/eventstore"
)

// statusClientGone is the status that is logged for a request whose sender did not wait.
const statusClientGone = 499

// ErrNoCertificate is returned for a number that no certificate has.
var ErrNoCertificate error = &fault{status: http.StatusNotFound, code: "certificate_not_found", title: "There is no such certificate."}

// The errors of the protocol.
var (
	faultUnauthorized = &fault{status: http.StatusUnauthorized, code: "unauthorized", title: "A bearer token that is known is needed."}
	faultForbidden    = &fault{status: http.StatusForbidden, code: "forbidden", title: "The role of the token does not allow this."}
	faultNotFound     = &fault{status: http.StatusNotFound, code: "not_found", title: "There is nothing at this address."}
	faultMethod       = &fault{status: http.StatusMethodNotAllowed, code: "method_not_allowed", title: "The address does not take this method."}
	faultParameter    = &fault{status: http.StatusBadRequest, code: "parameter_invalid", title: "A parameter of the address or a header is malformed, out of range, or unknown."}
	faultTooLarge     = &fault{status: http.StatusRequestEntityTooLarge, code: "body_too_large", title: "A command may have at most 64 KiB."}
	faultUnread       = &fault{status: http.StatusBadRequest, code: "body_unread", title: "The body ended early or did not come in time."}
	faultMedia        = &fault{status: http.StatusUnsupportedMediaType, code: "unsupported_media_type", title: "The body must be application/json; many commands together are application/x-ndjson."}
	faultKey          = &fault{status: http.StatusBadRequest, code: "idempotency_key_invalid", title: "An idempotency key is 1 to 200 visible ASCII characters."}
	faultKeyReused    = &fault{status: http.StatusUnprocessableEntity, code: "idempotency_key_reused", title: "The idempotency key was used for another command. Nothing was done."}
	faultInProgress   = &fault{status: http.StatusConflict, code: "command_in_progress", title: "A command with this idempotency key is being carried out; ask again for its result.", retryAfter: 1}
	faultIfMatch      = &fault{status: http.StatusBadRequest, code: "if_match_invalid", title: "If-Match takes one version of the loan or the borrower, as the ETag gave it."}
	faultVersion      = &fault{status: http.StatusPreconditionFailed, code: "version_mismatch", title: "The version is not the one in If-Match. Nothing was done; read again and decide again."}
	faultConflict     = &fault{status: http.StatusConflict, code: "conflict", title: "Others kept changing the same thing at the same time. Nothing was done; try again.", retryAfter: 1}
	faultBusy         = &fault{status: http.StatusServiceUnavailable, code: "busy", title: "Too many commands are waiting. Nothing was done; try again later.", retryAfter: 1}
	faultUnknown      = &fault{status: http.StatusServiceUnavailable, code: "outcome_unknown", title: "It is not known whether the command was recorded. Repeat it with the same idempotency key.", retryAfter: 1}
	faultTimeout      = &fault{status: http.StatusGatewayTimeout, code: "timeout", title: "The time for the request is over. Repeat a command with the same idempotency key."}
	faultClientGone   = &fault{status: statusClientGone, code: "cancelled", title: "The request was given up by its sender."}
	faultPosition     = &fault{status: http.StatusGatewayTimeout, code: "position_not_reached", title: "The log has not come to min_position in time."}
	faultDate         = &fault{status: http.StatusUnprocessableEntity, code: "date_missing", title: "The date of the day to close is missing."}
	faultProductCode  = &fault{status: http.StatusUnprocessableEntity, code: "product_code_mismatch", title: "The code in the product is not the one in the address."}
	faultLine         = &fault{status: http.StatusBadRequest, code: "line_malformed", title: "The line is not a command."}
	faultLineTooLong  = &fault{status: http.StatusRequestEntityTooLarge, code: "line_too_long", title: "A line may have at most 68 KiB."}
	faultInternal     = &fault{status: http.StatusInternalServerError, code: "internal", title: "Something went wrong in the service. It was logged; repeat a command with the same idempotency key."}
)

// faults is every error of the protocol, for the page of problems.
var faults = []*fault{
	faultUnauthorized, faultForbidden, faultNotFound, faultMethod, faultParameter, faultTooLarge, faultUnread, faultMedia,
	faultKey, faultKeyReused, faultInProgress, faultIfMatch, faultVersion, faultConflict, faultBusy, faultUnknown,
	faultTimeout, faultClientGone, faultPosition, faultDate, faultProductCode, faultLine, faultLineTooLong,
	ErrNoCertificate.(*fault), faultInternal,
}

// storeErrors is what the errors of the event store and of contexts are answered with, the first that
// fits: an outcome that is not known is said before anything else.
var storeErrors = []struct {
	err   error
	fault *fault
}{
	{eventstore.ErrOutcomeUnknown, faultUnknown},
	{eventstore.ErrKeyReused, faultKeyReused},
	{eventstore.ErrVersionMismatch, faultVersion},
	{eventstore.ErrConflict, faultConflict},
	{eventstore.ErrBusy, faultBusy},
	{context.DeadlineExceeded, faultTimeout},
	{context.Canceled, faultClientGone},
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
	panic("httpapi: a refusal of an unknown class")
}
