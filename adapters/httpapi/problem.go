package httpapi

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"loanledger/adapters/internal/faults"

	"github.com/google/uuid"
)

// Problem is an error as it is answered: a problem document of RFC 9457 with a stable code.
type Problem struct {
	Type     string `json:"type" format:"uri-reference" doc:"where the code is explained" example:"/v1/problems/loan_closed"`
	Title    string `json:"title" doc:"what the code means" example:"The loan is closed."`
	Status   int    `json:"status" doc:"the HTTP status" example:"409"`
	Detail   string `json:"detail,omitempty" doc:"this case, without any value that was sent" example:"the loan was closed on 2026-02-10"`
	Code     string `json:"code" doc:"stable; callers build on it" example:"loan_closed"`
	Instance string `json:"instance,omitempty" format:"uri" doc:"this occurrence, as the log of the service names it"`
	header   http.Header
}

// Error is the code and the detail.
func (p *Problem) Error() string { return p.Code + ": " + cmp.Or(p.Detail, p.Title) }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// GetHeaders is the headers that go with the status.
func (p *Problem) GetHeaders() http.Header { return p.header }

// ContentType is that of a problem document.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// problem turns an error into what is answered, and logs what the caller must not see.
func (a *API) problem(ctx context.Context, err error) *Problem {
	if p, is := errors.AsType[*Problem](err); is {
		return p
	}
	p, known := explain(err)
	if !known {
		id := uuid.New()
		p.Instance = id.URN()
		a.Logger.ErrorContext(ctx, "request failed", slog.String("error", err.Error()), slog.String("error_id", id.String()),
			slog.String("request_id", requestID(ctx)))
	}
	return p
}

// explain finds what an error is answered with; false when nobody foresaw it.
func explain(err error) (p *Problem, known bool) {
	f, known := faults.Of(err)
	if !known && errors.Is(err, context.Canceled) {
		f, known = faultClientGone, true
	}
	return problemOf(f), known
}

// problemOf is a fault as HTTP answers it.
func problemOf(f *faults.Fault) *Problem {
	p := &Problem{Type: faults.Path + f.Code, Title: f.Title, Status: f.Status, Code: f.Code, Detail: f.Detail, header: http.Header{}}
	if f.RetryAfter > 0 {
		p.header.Set("Retry-After", strconv.Itoa(f.RetryAfter))
	}
	if f.Status == http.StatusUnauthorized {
		p.header.Set("WWW-Authenticate", `Bearer realm="loanledger"`)
	}
	return p
}
