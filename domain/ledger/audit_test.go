package ledger_test

import (
	"slices"
	"strings"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"loanledger/domain/book"
	"loanledger/domain/chart"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"
)

// audit keeps books of its own from the log alone, and holds them against the loans.
type audit struct {
	read     int // of the log
	states   map[uuid.UUID]loan.State
	accounts map[uuid.UUID]map[chart.Account]money.Amount // debits less credits
	paid     map[uuid.UUID]money.Amount                   // by borrowers and others
	parts    map[uuid.UUID]loan.Parts                     // of what was paid
	over     map[uuid.UUID]money.Amount
}

func newAudit() *audit {
	return &audit{
		states: map[uuid.UUID]loan.State{}, accounts: map[uuid.UUID]map[chart.Account]money.Amount{},
		paid: map[uuid.UUID]money.Amount{}, parts: map[uuid.UUID]loan.Parts{}, over: map[uuid.UUID]money.Amount{},
	}
}

// follow reads what is new in the log: every entry balances, every payment is the sum of its parts,
// and nothing is negative.
func (a *audit) follow(r *rapid.T, m *ledger.Memory) {
	for _, l := range m.Log()[a.read:] {
		a.read++
		if closed, is := l.Fact.(book.DayClosed); is {
			for id, s := range a.states {
				a.post(r, id, chart.IncomeOfDay(s.Currency, s.IncomeOfDay(closed.On)))
			}
		}
		if !strings.HasPrefix(l.Fact.EventType(), "loan.") {
			continue
		}
		a.states[l.Stream] = a.states[l.Stream].Fold(l.Fact)
		a.post(r, l.Stream, chart.Postings(l.Fact))
		if e, is := l.Fact.(loan.Repaid); is {
			a.payment(r, l.Stream, e)
		}
	}
}

func (a *audit) payment(r *rapid.T, id uuid.UUID, e loan.Repaid) {
	if sum := e.Allocation.Total().Add(e.Overpaid); sum.Cmp(e.Amount) != 0 {
		r.Fatalf("%s was paid, its parts are %s", e.Amount, sum)
	}
	for _, part := range []money.Amount{
		e.Amount, e.Overpaid, e.Allocation.Principal, e.Allocation.Interest, e.Allocation.Fees, e.Allocation.Penalty,
		e.Balance.Principal, e.Balance.Interest, e.Balance.Fees, e.Balance.Penalty,
	} {
		if part.IsNegative() {
			r.Fatalf("a payment has a negative part: %+v", e)
		}
	}
	if e.Overpaid.IsPositive() && e.Balance.Total().IsPositive() {
		r.Fatalf("%s is overpaid while %s is owed", e.Overpaid, e.Balance.Total())
	}
	p := a.parts[id]
	a.parts[id] = loan.Parts{
		Principal: p.Principal.Add(e.Allocation.Principal), Interest: p.Interest.Add(e.Allocation.Interest),
		Fees: p.Fees.Add(e.Allocation.Fees), Penalty: p.Penalty.Add(e.Allocation.Penalty),
	}
	a.paid[id], a.over[id] = a.paid[id].Add(e.Amount), a.over[id].Add(e.Overpaid)
}

func (a *audit) post(r *rapid.T, id uuid.UUID, lines []chart.Line) {
	if !chart.Balance(lines).IsZero() {
		r.Fatalf("an entry is off by %s: %+v", chart.Balance(lines), lines)
	}
	if a.accounts[id] == nil {
		a.accounts[id] = map[chart.Account]money.Amount{}
	}
	for _, l := range lines {
		if l.Debit.IsNegative() || l.Credit.IsNegative() || l.Debit.IsZero() == l.Credit.IsZero() {
			r.Fatalf("a line is not either a debit or a credit: %+v", l)
		}
		a.accounts[id][l.Account] = a.accounts[id][l.Account].Add(l.Debit).Sub(l.Credit)
	}
}

// agrees holds the accounts of every loan against its state at the end of a day.
func (a *audit) agrees(r *rapid.T, m *ledger.Memory, loans []uuid.UUID, on date.Date) {
	for _, id := range loans {
		s := m.State(id)
		if s.DisbursedOn.IsZero() {
			if len(a.accounts[id]) > 0 {
				r.Fatalf("a loan that is %s has entries", s.Status)
			}
			continue
		}
		owed, charged := s.BalancesOn(on), s.ChargesOn(on)
		for account, want := range map[chart.Account]money.Amount{
			chart.LoanPrincipal: owed.Principal, chart.InterestReceivable: owed.Interest, chart.FeesReceivable: owed.Fees,
			chart.PenaltiesReceivable: owed.Penalty, chart.Overpayments: owed.Overpaid.Neg(),
			chart.InterestIncome: charged.Interest.Neg(), chart.FeeIncome: charged.Fees.Neg(), chart.PenaltyIncome: charged.Penalty.Neg(),
			chart.Clearing: a.paid[id].Sub(s.Principal),
		} {
			if got := a.accounts[id][account]; got.Cmp(want) != 0 {
				r.Fatalf("on %s, %s is %s and not %s; the loan is %s, owes %+v, was charged %+v", on, account, got, want, s.Status, owed, charged)
			}
		}
	}
}

// journal holds the journal of a loan against the accounts.
func (a *audit) journal(r *rapid.T, m *ledger.Memory, id uuid.UUID) {
	sums := map[chart.Account]money.Amount{}
	for _, l := range m.Journal(id) {
		sums[l.Account] = sums[l.Account].Add(l.Debit).Sub(l.Credit)
	}
	for _, account := range chart.Accounts {
		if got, want := sums[account.Account], a.accounts[id][account.Account]; got.Cmp(want) != 0 {
			r.Fatalf("the journal has %s on %s, the audit %s", got, account.Account, want)
		}
	}
}

// factsOf is the events of one stream, in the order of the log.
func factsOf(m *ledger.Memory, id uuid.UUID) (facts []fact.Fact) {
	for _, l := range m.Log() {
		if l.Stream == id {
			facts = append(facts, l.Fact)
		}
	}
	return slices.Clip(facts)
}
