package httpapi

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"loanledger/domain/fact"

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

// explain finds an error in the table; false when it is not there.
func explain(err error) (p *Problem, known bool) {
	if f, is := errors.AsType[*fault](err); is {
		return f.problem(f.detail), true
	}
	for _, row := range storeErrors {
		if errors.Is(err, row.err) {
			return row.fault.problem(""), true
		}
	}
	if r, detail, is := fact.Explain(err); is {
		p := &Problem{Type: problemPath + r.Code, Title: r.Title, Status: statusOf(r), Code: r.Code}
		if detail != r.Title {
			p.Detail = detail
		}
		return p, true
	}
	return faultInternal.problem(""), false
}

// fault is an error of the protocol, not of lending.
type fault struct {
	status     int
	code       string
	title      string
	detail     string
	retryAfter int // seconds; 0 is not to be said
}

func (f *fault) Error() string { return f.code + ": " + cmp.Or(f.detail, f.title) }

// Is makes a fault with a detail the same error as the one without.
func (f *fault) Is(target error) bool {
	other, is := target.(*fault)
	return is && other.code == f.code
}

// with is the fault with what is wrong in this case, never with what was sent.
func (f *fault) with(detail string) *fault {
	g := *f
	g.detail = detail
	return &g
}

func (f *fault) problem(detail string) *Problem {
	p := &Problem{Type: problemPath + f.code, Title: f.title, Status: f.status, Code: f.code, Detail: detail, header: http.Header{}}
	if f.retryAfter > 0 {
		p.header.Set("Retry-After", strconv.Itoa(f.retryAfter))
	}
	if f.status == http.StatusUnauthorized {
		p.header.Set("WWW-Authenticate", `Bearer realm="loanledger"`)
	}
	return p
}
