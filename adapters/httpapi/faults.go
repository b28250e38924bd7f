package httpapi

import (
	"net/http"

	"loanledger/adapters/internal/faults"
)

// statusClientGone is the status that is logged for a request whose sender did not wait.
const statusClientGone = 499

// ErrNoCertificate is returned for a number that no certificate has.
var ErrNoCertificate error = &faults.Fault{Status: http.StatusNotFound, Code: "certificate_not_found", Title: "There is no such certificate."}

// ErrPending is returned where the checkpoint over an event is not signed in time.
var ErrPending error = &faults.Fault{Status: http.StatusServiceUnavailable, Code: "checkpoint_pending", Title: "The log is not signed up to there yet. Ask again shortly.", RetryAfter: 1}

// The errors of the protocol.
var (
	faultUnauthorized = &faults.Fault{Status: http.StatusUnauthorized, Code: "unauthorized", Title: "A bearer token that is known is needed."}
	faultNotFound     = &faults.Fault{Status: http.StatusNotFound, Code: "not_found", Title: "There is nothing at this address."}
	faultMethod       = &faults.Fault{Status: http.StatusMethodNotAllowed, Code: "method_not_allowed", Title: "The address does not take this method."}
	faultParameter    = &faults.Fault{Status: http.StatusBadRequest, Code: "parameter_invalid", Title: "A parameter of the address or a header is malformed, out of range, or unknown."}
	faultMedia        = &faults.Fault{Status: http.StatusUnsupportedMediaType, Code: "unsupported_media_type", Title: "The body must be application/json; many commands together are application/x-ndjson."}
	faultClientGone   = &faults.Fault{Status: statusClientGone, Code: "cancelled", Title: "The request was given up by its sender."}
	faultPosition     = &faults.Fault{Status: http.StatusGatewayTimeout, Code: "position_not_reached", Title: "The log has not come to min_position in time."}
	faultBeyond       = &faults.Fault{Status: http.StatusNotFound, Code: "position_beyond_log", Title: "The log does not reach that far."}
	faultNoCheckpoint = &faults.Fault{Status: http.StatusNotFound, Code: "checkpoint_not_found", Title: "No checkpoint was signed at that size."}
	faultDate         = &faults.Fault{Status: http.StatusUnprocessableEntity, Code: "date_missing", Title: "The date of the day to close is missing."}
	faultProductCode  = &faults.Fault{Status: http.StatusUnprocessableEntity, Code: "product_code_mismatch", Title: "The code in the product is not the one in the address."}
)

// protocol is every error of the protocol, for the page of problems.
var protocol = []*faults.Fault{
	faultUnauthorized, faults.Forbidden, faultNotFound, faultMethod, faultParameter, faults.TooLarge, faults.Unread, faultMedia,
	faults.KeyInvalid, faults.KeyReused, faults.InProgress, faults.IfMatchInvalid, faults.Version, faults.Conflict, faults.Busy, faults.Unknown,
	faults.Archived, faults.Timeout, faultClientGone, faultPosition, faultDate, faultProductCode, faults.Line, faults.LineTooLong,
	ErrNoCertificate.(*faults.Fault), ErrPending.(*faults.Fault), faultBeyond, faultNoCheckpoint, faults.Internal,
}
