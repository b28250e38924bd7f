package httpapi

import (
	"errors"
	"loanledger/adapters/internal/faults"
	"net/http"
	"slices"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// problemsForHuma makes huma answer with problems of this package, which name the parameter at fault
// and repeat nothing that was sent. Huma keeps this in variables of its own, so it is done once.
var problemsForHuma = sync.OnceFunc(func() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, _ string, errs ...error) huma.StatusError {
		return humaProblem(nil, status, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, _ string, errs ...error) huma.StatusError {
		return humaProblem(ctx.Operation(), status, errs)
	}
})

// humaProblem is what huma found wrong with a request, before any handler saw it.
func humaProblem(op *huma.Operation, status int, errs []error) *Problem {
	for _, err := range errs {
		if p, is := errors.AsType[*Problem](err); is {
			return p
		}
	}
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return problemOf(faultParameter.With(locate(op, errs)))
	case http.StatusNotAcceptable, http.StatusUnsupportedMediaType:
		return problemOf(faultMedia)
	}
	return problemOf(faults.Internal)
}

// locate names the parameter at fault, if it is one that the operation has: the name of any other
// was made up by the caller.
func locate(op *huma.Operation, errs []error) string {
	for _, err := range errs {
		d, is := err.(huma.ErrorDetailer)
		if !is || op == nil {
			continue
		}
		i := slices.IndexFunc(op.Parameters, func(p *huma.Param) bool { return p.In+"."+p.Name == d.ErrorDetail().Location })
		if i >= 0 {
			return "the " + op.Parameters[i].In + " parameter " + op.Parameters[i].Name
		}
	}
	return "there is a parameter that this operation does not have"
}
