package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// repaymentBody is the body of a repayment with a reference.
func repaymentBody(ref string) string { return `{"amount":"` + payment + `","ref":"` + ref + `"}` }

func httpContests(r *rig, ctx context.Context) ([]contest, error) {
	p, err := r.commandLoans(ctx)
	if err != nil {
		return nil, err
	}
	api, err := r.serveAPI(callers)
	if err != nil {
		return nil, err
	}
	bare, err := listen(http.HandlerFunc(echo), callers)
	if err != nil {
		api.close()
		return nil, err
	}
	var unique keys
	asking := func(e *endpoint) func(int) operation {
		return func(worker int) operation {
			next := p.turns(worker, callers)
			return func(ctx context.Context, m *meter) error {
				began := time.Now()
				err := e.repay(ctx, next(), "http-"+unique.next())
				m.done(began)
				return err
			}
		}
	}
	return []contest{{
		clients: callers, unit: "commands", baseline: "http_echo",
		limit: "this process, which is the client too: HTTP itself on both sides, then the command as in execute, then JSON",
		ours: func(ctx context.Context) (stretch, error) {
			return r.proven(ctx, r.store, p.book, func(ctx context.Context) (stretch, error) {
				return closedLoop(ctx, callers, r.perRound(), asking(api))
			})
		},
		bare: func(ctx context.Context) (stretch, error) {
			return closedLoop(ctx, callers, r.perRound(), asking(bare))
		},
		end: func() { api.close(); bare.close() },
	}}, nil
}

// repay asks for a repayment, and reads the whole answer.
func (e *endpoint) repay(ctx context.Context, loan uuid.UUID, key string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url+"/v1/loans/"+loan.String()+"/repayments",
		strings.NewReader(repaymentBody(key)))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+e.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", key)
	answer, err := e.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
		return fmt.Errorf("a repayment was answered %s: %s", answer.Status, body)
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}
