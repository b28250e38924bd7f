package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"loanledger/adapters/internal/faults"
	"loanledger/domain/ledger"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// route is an operation of the API.
type route struct {
	method, path string
	id           string // of the operation, stable
	tag          string
	summary      string
	about        string
	status       int           // of a success; 200 where 0
	roles        []ledger.Role // that may; none for a route that anyone may use
	patient      bool          // may take long: it sets its own deadlines
}

// Roles that read.
var (
	anyRole   = []ledger.Role{ledger.Service, ledger.Operator, ledger.Auditor, ledger.Analyst}
	readLoans = []ledger.Role{ledger.Service, ledger.Operator, ledger.Auditor}
)

// operation is the route as huma describes it.
func (r route) operation() huma.Operation {
	op := huma.Operation{
		Method: r.method, Path: r.path, OperationID: r.id, Tags: []string{r.tag}, Summary: r.summary,
		Description: r.describe(), DefaultStatus: r.status, RejectUnknownQueryParameters: true,
	}
	if len(r.roles) > 0 {
		op.Security = []map[string][]string{{"bearer": {}}}
	}
	return op
}

// register adds an operation. Its handler gets the caller; what it returns as an error is answered as
// a problem.
func register[I, O any](a *API, r route, handle func(context.Context, Caller, *I) (*O, error)) *huma.Operation {
	op := r.operation()
	op.Middlewares = huma.Middlewares{a.guard(r)}
	return enter(a, r, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, callerOf(ctx), in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}

// document adds an operation to the document that is served without huma.
func document[I, O any](a *API, r route) *huma.Operation {
	op := r.operation()
	op.Metadata = map[string]any{servedElsewhere: true}
	return enter[I, O](a, r, op, nil)
}

func enter[I, O any](a *API, r route, op huma.Operation, handle func(context.Context, *I) (*O, error)) *huma.Operation {
	a.patient[r.method+" "+r.path] = r.patient
	huma.Register(a.huma, op, handle)
	added := operationsOf(a.huma.OpenAPI().Paths[r.path])[r.method]
	a.operations = append(a.operations, added)
	return added
}

// servedElsewhere marks an operation that huma only documents.
const servedElsewhere = "served elsewhere"

// documenter is huma's way to the mux, which keeps the operations out of it that others serve.
type documenter struct{ huma.Adapter }

// Handle puts an operation on the mux, where huma serves it.
func (d documenter) Handle(op *huma.Operation, serve func(huma.Context)) {
	if op.Metadata[servedElsewhere] == nil {
		d.Adapter.Handle(op, serve)
	}
}

// operationsOf is the operations at a path, by method.
func operationsOf(item *huma.PathItem) map[string]*huma.Operation {
	return map[string]*huma.Operation{http.MethodGet: item.Get, http.MethodPost: item.Post, http.MethodPut: item.Put}
}

// describe is the text about the operation with the roles that may use it.
func (r route) describe() string {
	if len(r.roles) == 0 {
		return r.about
	}
	names := make([]string, len(r.roles))
	for i, role := range r.roles {
		names[i] = string(role)
	}
	return strings.TrimSpace(fmt.Sprintf("%s\n\nRoles: %s.", r.about, strings.Join(names, ", ")))
}

// exchange is the request and the answer as net/http has them.
type exchange struct {
	request *http.Request
	writer  http.ResponseWriter
}

type (
	callerKey   struct{}
	exchangeKey struct{}
)

func callerOf(ctx context.Context) Caller {
	c, _ := ctx.Value(callerKey{}).(Caller)
	return c
}

func exchangeOf(ctx context.Context) exchange { return ctx.Value(exchangeKey{}).(exchange) }

// guard lets a request through to a route whose roles the caller has. On a route for anyone a token
// is not needed, but one that is sent must be known.
func (a *API) guard(r route) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		request, writer := humago.Unwrap(hc)
		ctx := context.WithValue(hc.Context(), exchangeKey{}, exchange{request, writer})
		caller, err := a.authenticate(request, len(r.roles) > 0)
		if err == nil && len(r.roles) > 0 && !slices.Contains(r.roles, caller.Role) {
			err = faults.Forbidden
		}
		if err != nil {
			a.writeProblem(ctx, writer, err)
			return
		}
		noteCaller(ctx, caller)
		next(huma.WithContext(hc, context.WithValue(ctx, callerKey{}, caller)))
	}
}

// authenticate finds out who sends a request. Nobody is a caller without a role.
func (a *API) authenticate(r *http.Request, needed bool) (Caller, error) {
	headers := r.Header.Values("Authorization")
	if len(headers) == 0 && !needed {
		return Caller{May: func(string) bool { return false }}, nil
	}
	if len(headers) != 1 {
		return Caller{}, faultUnauthorized
	}
	scheme, secret, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") || secret == "" || len(secret) > maxToken {
		return Caller{}, faultUnauthorized
	}
	caller, known := a.Authenticate(secret)
	if !known {
		return Caller{}, faultUnauthorized
	}
	return caller, nil
}

// maxToken bounds a bearer token, in bytes: a JWT has one or two thousand.
const maxToken = 8 << 10
