package bench

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"loanledger/domain/ledger"
	"loanledger/domain/loan"

	"github.com/google/uuid"
)

// callers is how many commands are under way at a time, where that is not what is looked at.
const callers = 64

// payment is what each command pays of a loan: so little that none is ever repaid in full.
const payment = "1.00"

// keys makes an idempotency key for each command.
type keys struct{ atomic.Int64 }

func (k *keys) next() string { return "bench-" + strconv.FormatInt(k.Add(1), 10) }

// turns is the loans of one of several workers, in turn: no loan is two workers'.
func (p *portfolio) turns(worker, workers int) func() uuid.UUID {
	at := worker
	return func() uuid.UUID {
		if at >= len(p.loans) {
			at = worker % len(p.loans)
		}
		id := p.loans[at]
		at += workers
		return id
	}
}

func executeContests(r *rig, ctx context.Context) ([]contest, error) {
	p, err := r.commandLoans(ctx)
	if err != nil {
		return nil, err
	}
	entry, err := ledger.Lookup("loan.repay")
	if err != nil {
		return nil, err
	}
	var unique keys
	repaying := func(worker int) operation {
		next := p.turns(worker, callers)
		return func(ctx context.Context, m *meter) error {
			began, key := time.Now(), "execute-"+unique.next()
			o, err := r.desk.Do(ctx, ledger.Request{
				Command: ledger.Command{Entry: entry, Target: next(), Body: &loan.Repay{Amount: payment, Ref: key}},
				Key:     key, Actor: actor,
			})
			m.done(began)
			if err == nil && len(o.Answer.(*ledger.LoanAnswer).Events) != 1 {
				err = fmt.Errorf("a repayment made %d events", len(o.Answer.(*ledger.LoanAnswer).Events))
			}
			return err
		}
	}
	return []contest{{
		clients: callers, unit: "commands", baseline: "append",
		limit: "this process: deciding, encoding and folding, beside what appending takes",
		ours: func(ctx context.Context) (stretch, error) {
			return r.proven(ctx, r.store, p.book, func(ctx context.Context) (stretch, error) {
				return closedLoop(ctx, callers, r.perRound(), repaying)
			})
		},
		bare: func(ctx context.Context) (stretch, error) { return r.appendToNew(ctx, callers, r.perRound()) },
	}}, nil
}
