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

	"loanledger/adapters/internal/faults"
	"loanledger/adapters/internal/orders"
	"loanledger/domain/ledger"
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

// faultStopping answers a command that the service has no time left for.
var faultStopping = &faults.Fault{Status: http.StatusServiceUnavailable, Code: "stopping", Title: "The service is stopping. Repeat the command with the same idempotency key."}

// explain is the problem that an error is answered with; false for an error that nobody foresaw.
func explain(err error) (p problem, known bool) {
	f, known := faults.Of(err)
	if !known && errors.Is(err, context.Canceled) {
		f, known = faultStopping, true
	}
	return problemOf(f), known
}

// codeOf is the code that an error is answered with; ok for none.
func codeOf(err error) string {
	if err == nil {
		return "ok"
	}
	p, _ := explain(err)
	return p.Code
}

// problemOf is a fault as NATS answers it.
func problemOf(f *faults.Fault) problem {
	return problem{Type: faults.Path + f.Code, Title: f.Title, Status: f.Status, Code: f.Code, Detail: f.Detail}
}

// message is the problem as an answer.
func (p problem) message() (*nats.Msg, error) {
	body, err := json.Marshal(p)
	return &nats.Msg{Data: body, Header: nats.Header{
		micro.ErrorCodeHeader: {strconv.Itoa(p.Status)},
		micro.ErrorHeader:     {p.Code + ": " + cmp.Or(p.Detail, p.Title)},
		"Content-Type":        {"application/problem+json"},
	}}, err
}

// answer is the outcome of a command as an answer.
func answer(o ledger.Outcome) (*nats.Msg, error) {
	body, err := orders.Marshal(o.Answer)
	m := &nats.Msg{Data: body, Header: nats.Header{
		headerETag:     {`"` + strconv.FormatInt(o.Version, 10) + `"`},
		"Content-Type": {"application/json"},
	}}
	if o.Replayed {
		m.Header.Set(headerReplayed, "true")
	}
	return m, err
}
