package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
)

// teller carries loan commands out, as the service does.
type teller struct {
	*member
	runner *projections.Runner // to ask how far the tables are; another process keeps them
}

func newTeller(m *member) *teller {
	return &teller{m, projections.NewRunner(m.pool, m.store, func(eventstore.Book, error) {})}
}

func (t *teller) carryOut(ctx context.Context, o *order) answer {
	if o.Kind == closeOrder {
		return t.close(ctx, o)
	}
	r, err := t.request(o)
	if err != nil {
		return answer{Status: refused, Code: "malformed", Detail: err.Error()}
	}
	outcome, err := t.desk.Do(ctx, r)
	if err != nil {
		return loanFailure(err)
	}
	body, err := json.Marshal(outcome.Answer)
	if err != nil {
		panic("chaos: the answer of a command cannot be written: " + err.Error())
	}
	return answer{Status: done, Replayed: outcome.Replayed, Body: body}
}

func (t *teller) request(o *order) (ledger.Request, error) {
	entry, err := ledger.Lookup(o.Name)
	if err != nil {
		return ledger.Request{}, err
	}
	command, err := entry.Decode(o.Target, o.Body)
	if err != nil {
		return ledger.Request{}, err
	}
	if sign, is := command.Body.(*loan.Sign); is && !o.Wrong {
		sign.Code = t.desk.SigningCode(o.Target)
	}
	return ledger.Request{Command: command, Book: ident.Book(o.Book), Key: o.Key, Actor: actor}, nil
}

// closeWithin bounds the end of a day, which waits for the tables.
const closeWithin = 10 * time.Second

// close ends the open business date of a lender in all books. It may do a part of it, so that what
// goes wrong is never certain.
func (t *teller) close(ctx context.Context, o *order) answer {
	ctx, cancel := context.WithTimeout(ctx, closeWithin)
	defer cancel()
	on, err := t.desk.BusinessDate(ctx, o.Lender)
	if err == nil {
		err = t.desk.CloseDay(ctx, o.Lender, on, t.candidates, func(date.Date, int) {})
	}
	if err != nil {
		return answer{Status: unclear, Code: failedCode, Detail: err.Error()}
	}
	return answer{Status: done, Detail: on.String()}
}

func (t *teller) candidates(ctx context.Context, b ident.Book, on date.Date, upTo eventstore.Position) ([]uuid.UUID, error) {
	if err := t.runner.WaitFor(ctx, eventstore.Book(b), upTo); err != nil {
		return nil, fmt.Errorf("the tables: %w", err)
	}
	return projections.CloseCandidates(ctx, t.pool, b, on)
}

// loanFailure is the answer for an error of the desk. As with the log, all of them but one say for
// certain that nothing was done.
func loanFailure(err error) answer {
	if r, detail, is := fact.Explain(err); is {
		return answer{Status: refused, Code: r.Code, Detail: detail}
	}
	return failure(err)
}
