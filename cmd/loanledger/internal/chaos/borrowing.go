package chaos

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// borrowing is what the callers of the desks do: a few people, their loans, and more commands for
// each than can go well. What to do next is drawn from the seed and from what is known of the loans.
type borrowing struct {
	lender, product string
	principal       money.Input
	term            int
	books           []ident.Book
	round           int

	mu    sync.Mutex
	loans []knownLoan
	given []order // that may be given again
}

type knownLoan struct {
	id     uuid.UUID
	status loan.Status
}

// people is how many borrowers there are: few, so that they get in each other's way.
const people = 30

// next is what a caller does n-th.
func (w *borrowing) next(r *rand.Rand, caller, n int) order {
	w.mu.Lock()
	defer w.mu.Unlock()
	o := w.draw(r, fmt.Sprintf("r%d-d%d-%d", w.round, caller, n))
	if r.IntN(10) == 0 {
		o.Cancel = int64(1 + r.IntN(1<<(8+r.IntN(9))))
	}
	if o.Kind == loanOrder {
		w.given = append(w.given, o)
		w.given = w.given[max(0, len(w.given)-200):]
	}
	return o
}

func (w *borrowing) draw(r *rand.Rand, key string) order {
	switch p := r.IntN(100); {
	case p < 3:
		return order{Kind: closeOrder, Lender: w.lender}
	case p < 18 && len(w.given) > 0: // the same command again, or another one with its key
		o := w.given[r.IntN(len(w.given))]
		o.Cancel = 0
		if p < 6 && o.Name == "loan.repay" {
			o.Body = body(loan.Repay{Amount: "77.00"})
		}
		return o
	case p < 18+w.applicants() || len(w.loans) == 0:
		return w.apply(r, key)
	}
	l := w.loans[r.IntN(len(w.loans))]
	if len(w.loans) > people { // older ones have mostly ended
		l = w.loans[len(w.loans)-1-r.IntN(people)]
	}
	name := w.step(r, l.status)
	o := order{Kind: loanOrder, Book: eventstore.Book(ident.BookOf(l.id)), Key: key, Name: name, Target: l.id}
	switch name {
	case "loan.repay":
		amounts := []money.Input{"50.00", "333.33", "1000.00", "20000.00"}
		o.Body = body(loan.Repay{Amount: amounts[r.IntN(len(amounts))], Ref: key})
	case "loan.prolong":
		o.Body = body(loan.Prolong{Days: 5 + r.IntN(10)})
	case "loan.reject", "loan.cancel":
		o.Body = body(map[string]string{"reason": "drawn by lot"})
	case "loan.sign":
		o.Wrong = r.IntN(5) == 0
		o.Body = body(loan.Sign{Code: "no code"})
	}
	return o
}

// applicants is how many of a hundred orders are applications: more while there are few loans.
func (w *borrowing) applicants() int {
	if len(w.loans) < people {
		return 30
	}
	return 6
}

func (w *borrowing) apply(r *rand.Rand, key string) order {
	who := r.IntN(people)
	return order{Kind: loanOrder, Book: eventstore.Book(w.books[r.IntN(len(w.books))]), Key: key, Name: "loan.apply", Body: body(ledger.Apply{
		Lender: w.lender, Product: w.product, Principal: w.principal, TermDays: w.term, Borrower: &borrower.Person{
			FullName: "Nobody In Particular", BirthDate: date.New(1980, 1, 1+who), DocumentNumber: fmt.Sprintf("CHAOS %d %04d", w.round, who),
			Phone: fmt.Sprintf("+7000000%04d", who), Email: fmt.Sprintf("nobody-%d@example.org", who),
		},
	})}
}

// step is what is mostly done with a loan of a status, and now and then what is not.
func (w *borrowing) step(r *rand.Rand, s loan.Status) string {
	every := []string{"loan.approve", "loan.reject", "loan.cancel", "loan.sign", "loan.disburse", "loan.repay", "loan.prolong"}
	if r.IntN(8) == 0 {
		return every[r.IntN(len(every))]
	}
	switch s {
	case loan.Requested:
		return "loan.approve"
	case loan.Offered:
		return "loan.sign"
	case loan.Agreed:
		return "loan.disburse"
	}
	if r.IntN(6) == 0 {
		return "loan.prolong"
	}
	return "loan.repay"
}

// learn takes note of a loan as an answer has it.
func (w *borrowing) learn(t *try) {
	if t.order.Kind != loanOrder || !t.acknowledged() {
		return
	}
	var said struct {
		Loan   uuid.UUID   `json:"loan_id"`
		Status loan.Status `json:"status"`
	}
	if json.Unmarshal(t.answer.Body, &said) != nil || said.Loan == uuid.Nil {
		return // the checks will say so
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	at := slices.IndexFunc(w.loans, func(l knownLoan) bool { return l.id == said.Loan })
	if at < 0 {
		w.loans = append(w.loans, knownLoan{said.Loan, said.Status})
	} else if !t.answer.Replayed {
		w.loans[at].status = said.Status
	}
}

func body(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic("chaos: a command cannot be written: " + err.Error())
	}
	return text
}
