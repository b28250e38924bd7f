package httpapi_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"loanledger/adapters/httpapi"
	"loanledger/domain/ledger"
	"loanledger/eventstore"
)

// Every refusal that the domain can make has its place in the table of codes. Stories are files, and
// the annual cost is asked for by files, so their refusals never come by HTTP.
func TestEveryRefusalIsListed(t *testing.T) {
	codes, found := httpapi.Codes(), 0
	err := filepath.WalkDir("../../domain", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "story" || d.Name() == "annualcost") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, is := n.(*ast.CallExpr)
			if !is || len(call.Args) != 3 {
				return true
			}
			if f, is := call.Fun.(*ast.SelectorExpr); !is || f.Sel.Name != "Refuse" {
				return true
			}
			code, err := strconv.Unquote(call.Args[1].(*ast.BasicLit).Value)
			must(t, err)
			if found++; !slices.Contains(codes, code) {
				t.Errorf("%s: the refusal %s is not in the table of codes", path, code)
			}
			return true
		})
		return nil
	})
	must(t, err)
	if found < 30 {
		t.Errorf("only %d refusals were found", found)
	}
}

func TestTheTypeOfAProblemExplainsIt(t *testing.T) {
	h := newHouse(t)
	for _, code := range httpapi.Codes() {
		h.get("", "/v1/problems/"+code).want(200).has("code", code)
	}
	h.get("", "/v1/problems/nothing").refused(404, "not_found")
	if got := h.get("", "/v1/problems").want(200); !strings.Contains(string(got.body), `"loan_closed","status":409`) {
		t.Errorf("the list: %s", got.body)
	}
}

// failing answers every command with an error.
type failing struct{ err error }

func (f *failing) Do(ctx context.Context, _ ledger.Request) (ledger.Outcome, error) {
	if f.err == nil {
		<-ctx.Done()
		return ledger.Outcome{}, ctx.Err()
	}
	if f.err.Error() == "panic" {
		panic("a secret of the service")
	}
	return ledger.Outcome{}, f.err
}

func TestErrorsOfTheStore(t *testing.T) {
	f := &failing{}
	h := newHouse(t, func(_ *house, c *httpapi.Config) { c.Commands = f })
	for _, c := range []struct {
		err    error
		status int
		code   string
		retry  string
	}{
		{eventstore.ErrKeyReused, 422, "idempotency_key_reused", ""},
		{eventstore.ErrVersionMismatch, 412, "version_mismatch", ""},
		{eventstore.ErrConflict, 409, "conflict", "1"},
		{eventstore.ErrBusy, 503, "busy", "1"},
		{eventstore.ErrOutcomeUnknown, 503, "outcome_unknown", "1"},
		{errors.Join(context.DeadlineExceeded, eventstore.ErrOutcomeUnknown), 503, "outcome_unknown", "1"},
		{context.DeadlineExceeded, 504, "timeout", ""},
		{context.Canceled, 499, "cancelled", ""},
		{errors.New("a secret of the service"), 500, "internal", ""},
		{errors.New("panic"), 500, "internal", ""},
	} {
		f.err = fmt.Errorf("wrapped: %w", c.err)
		if c.err.Error() == "panic" {
			f.err = c.err
		}
		r := h.post("service", "/v1/loans/0001ffff-0000-8000-8000-000000000001/repayments", `{"amount":"1.00"}`).refused(c.status, c.code)
		if r.header.Get("Retry-After") != c.retry {
			t.Errorf("%s: Retry-After is %q", c.code, r.header.Get("Retry-After"))
		}
		if strings.Contains(string(r.body), "secret") {
			t.Errorf("a secret got out: %s", r.body)
		}
	}
	r := h.post("service", "/v1/commands", `{"command":"loan.repay","loan_id":"0001ffff-0000-8000-8000-000000000001","body":{"amount":"1.00"}}`, "Content-Type", "application/x-ndjson").want(200)
	if !strings.Contains(string(r.body), `"internal"`) || strings.Contains(string(r.body), "secret") {
		t.Errorf("a panic among many commands: %s", r.body)
	}
	f.err = errors.New("a secret of the service")
	id := strings.TrimPrefix(h.post("service", "/v1/loans/0001ffff-0000-8000-8000-000000000001/repayments", "{}").refused(500, "internal").str("instance"), "urn:uuid:")
	if !strings.Contains(h.logged.String(), `"error":"a secret of the service","error_id":"`+id) {
		t.Error("the log does not tell what went wrong")
	}
	f.err = nil
	h.api.SetCommandTime(100 * time.Millisecond)
	h.post("service", "/v1/loans/0001ffff-0000-8000-8000-000000000001/repayments", "{}").refused(504, "timeout")
}
