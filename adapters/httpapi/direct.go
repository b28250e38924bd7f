package httpapi

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"loanledger/adapters/internal/faults"
	"loanledger/adapters/internal/orders"
	"loanledger/domain/ledger"

	"github.com/google/uuid"
)

// commandRoute is an operation that gives a command. Huma documents it; it is served without, by the
// same rules, since commands come more often than anything else.
type commandRoute struct {
	pattern string
	entry   ledger.Entry
	roles   []ledger.Role
	status  int
	// address makes of a request's path and body what the command takes, where that is not its body; or nil.
	address func(*http.Request, *orders.Order)
}

// targetPaths is where commands to one loan or one borrower are, by what stands before the identifier.
var targetPaths = []string{"/v1/loans/", "/v1/borrowers/"}

const uuidLength = 36

// direct finds the route of a command to a loan or a borrower without the mux, where the address is
// exactly as it is documented, and the identifier in it. Any other address is the mux's.
func (a *API) direct(r *http.Request) (*commandRoute, string) {
	if r.Method != http.MethodPost || r.URL.RawPath != "" {
		return nil, ""
	}
	for _, before := range targetPaths {
		rest, is := strings.CutPrefix(r.URL.Path, before)
		if !is || len(rest) <= uuidLength || rest[uuidLength] != '/' || strings.IndexByte(rest[:uuidLength], '/') >= 0 {
			continue
		}
		if route := a.targeted[targetPath{before, rest[uuidLength:]}]; route != nil {
			return route, rest[:uuidLength]
		}
	}
	return nil, ""
}

// targetPath is the path of a command to a target without the identifier in it.
type targetPath struct{ before, after string }

// serveCommand adds a route to the mux, and to those that are found without it.
func (a *API) serveCommand(route *commandRoute) {
	_, path, _ := strings.Cut(route.pattern, " ")
	if before, after, is := strings.Cut(path, "{id}"); is {
		a.targeted[targetPath{before, after}] = route
	}
	a.mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
		a.command(r.Context(), w, r, route, r.PathValue("id"))
	})
}

// command answers a request that gives a command.
func (a *API) command(ctx context.Context, w http.ResponseWriter, r *http.Request, route *commandRoute, id string) {
	body := takeBuffer()
	defer body.free()
	outcome, err := a.commanded(ctx, r, route, id, body)
	answer := takeBuffer()
	defer answer.free()
	if err == nil {
		answer.data, err = orders.AppendJSON(answer.data, outcome.Answer)
	}
	if err != nil {
		a.writeProblem(ctx, w, err)
		return
	}
	h := w.Header()
	h["Content-Type"] = mediaJSON
	h["Etag"] = []string{etag(outcome.Version)}
	if location := locationOf(outcome.Answer, route.status); location != "" {
		h["Location"] = []string{location}
	}
	if outcome.Replayed {
		h["Idempotent-Replayed"] = saidTrue
	}
	answer.data = append(answer.data, '\n')
	if len(answer.data) > measured {
		h["Content-Length"] = []string{strconv.Itoa(len(answer.data))}
	}
	w.WriteHeader(route.status)
	_, _ = w.Write(answer.data) // an error means that nobody listens any more
}

// measured is up to how many bytes net/http measures an answer by itself, and does not send it in chunks.
const measured = 2 << 10

// Values of headers that nobody changes.
var (
	mediaJSON = []string{"application/json"}
	saidTrue  = []string{"true"}
)

// commanded reads an order, in the order in which errors are told, and has it carried out.
func (a *API) commanded(ctx context.Context, r *http.Request, route *commandRoute, id string, body *buffer) (ledger.Outcome, error) {
	caller, err := a.authenticate(r, true)
	if err != nil {
		return ledger.Outcome{}, err
	}
	if !slices.Contains(route.roles, caller.Role) {
		return ledger.Outcome{}, faults.Forbidden
	}
	noteCaller(ctx, caller)
	if r.URL.RawQuery != "" && len(r.URL.Query()) > 0 {
		return ledger.Outcome{}, faultParameter.With("there is a parameter that this operation does not have")
	}
	o := orders.Order{Entry: route.entry}
	if route.entry.Target != ledger.TargetBook {
		if o.Target, err = uuid.Parse(id); err != nil {
			return ledger.Outcome{}, faultParameter.With("the path parameter id")
		}
	}
	if o.Key, err = keyOf(r.Header); err != nil {
		return ledger.Outcome{}, err
	}
	if o.IfVersion, err = ifMatchOf(r.Header); err != nil {
		return ledger.Outcome{}, err
	}
	if err := body.readFrom(r); err != nil {
		return ledger.Outcome{}, err
	}
	o.Body = body.data
	if route.address != nil {
		route.address(r, &o)
	}
	return a.orders.CarryOut(ctx, caller.orders(), o)
}
