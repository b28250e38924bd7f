package projections_test

import (
	"errors"
	"slices"
	"testing"

	"loanledger/domain/borrower"
	"loanledger/domain/ident"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Before each closing, the candidates are exactly the loans for which it records something.
func TestCloseCandidates(t *testing.T) {
	s := newScene(t)
	seed := randomSeed(t)
	r := s.runner()
	for i, c := range []money.Currency{money.RUB, money.EUR, money.JPY} {
		l := newLives(t, s.store, eventstore.Book(i+1), c, seed)
		s.run(r, l.book)
		found := 0
		for range 30 {
			l.steps(20)
			s.catchUp(r, l)
			today := l.memory.Business()
			got, err := projections.CloseCandidates(t.Context(), s.pool, ident.Book(l.book), today)
			if err != nil {
				t.Fatal(err)
			}
			var want []uuid.UUID
			for _, id := range l.loans {
				facts, err := loan.Decide(l.memory.State(id), loan.CloseDay{Date: today}, loan.Moment{On: today, Book: ident.Book(l.book)})
				if err != nil || len(facts) > 0 {
					want = append(want, id)
				}
			}
			slices.SortFunc(want, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
			if !slices.Equal(got, want) {
				t.Fatalf("%s: %v, want %v", today, got, want)
			}
			found += len(got)
			l.closeDay()
		}
		if found == 0 {
			t.Errorf("book %d never had a candidate", l.book)
		}
	}
}

func TestCertificateByNumber(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.RUB, randomSeed(t))
	r := s.runner()
	s.run(r, l.book)
	l.days(20, 25)
	s.catchUp(r, l)
	checked := 0
	for _, entry := range l.memory.Log() {
		issued, is := entry.Fact.(borrower.DebtCleared)
		if !is {
			continue
		}
		checked++
		c, err := projections.CertificateByNumber(t.Context(), s.pool, issued.Certificate)
		if err != nil {
			t.Fatal(err)
		}
		if c.Book != 1 || c.Borrower != issued.Borrower || c.Lender != issued.Lender || c.IssuedOn != issued.On || c.Loans != len(issued.Loans) {
			t.Errorf("%+v, issued %+v", c, issued)
		}
		events, err := s.store.ReadBook(t.Context(), 1, c.Position-1, 1)
		if err != nil || events[0].Type != issued.EventType() || !events[0].RecordedAt.Equal(c.RecordedAt) {
			t.Errorf("position %d has %v, %v", c.Position, events, err)
		}
	}
	if checked == 0 {
		t.Error("no certificate was issued")
	}
	if _, err := projections.CertificateByNumber(t.Context(), s.pool, "LL-0000-0000-0000"); !errors.Is(err, projections.ErrNoCertificate) {
		t.Errorf("a number that nobody has: %v", err)
	}
}

func TestBorrowerLoans(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.EUR, randomSeed(t))
	r := s.runner()
	s.run(r, l.book)
	l.days(20, 25)
	s.catchUp(r, l)
	want := map[uuid.UUID]int{}
	for _, id := range l.loans {
		want[l.memory.State(id).Borrower]++
	}
	for _, who := range l.borrowers {
		got, err := projections.BorrowerLoans(t.Context(), s.pool, who)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != want[who] {
			t.Errorf("borrower %s has %d loans, want %d", who, len(got), want[who])
		}
		for _, b := range got {
			if state := l.memory.State(b.Loan); b.Number != state.Number || b.Status != state.Status {
				t.Errorf("%+v is %s, %s", b, state.Number, state.Status)
			}
		}
	}
}

// The debts are those of the domain, on the dates that they are said to be for.
func TestDebtsAreTheDomains(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.RUB, randomSeed(t))
	r := s.runner()
	s.run(r, l.book)
	l.days(30, 25)
	closed := l.memory.Business()
	l.closeDay()
	s.catchUp(r, l)
	paidOut := 0
	for _, id := range l.loans {
		state := l.memory.State(id)
		if state.DisbursedOn.IsZero() {
			continue
		}
		paidOut++
		want := state.BalancesOn(closed)
		var asOf, total, principal string
		var late int
		if err := s.pool.QueryRow(t.Context(), `SELECT as_of::text, total::text, principal::text, days_past_due FROM reporting.debt_balances WHERE loan_id = $1`, id).
			Scan(&asOf, &total, &principal, &late); err != nil {
			t.Fatal(err)
		}
		if state.Status == loan.Active && asOf != closed.String() {
			t.Errorf("loan %s is as of %s, %s was closed", id, asOf, closed)
		}
		if total != want.Total.String() || principal != want.Principal.String() || late != state.DaysPastDue(closed) {
			t.Errorf("loan %s owes %s (%s), %d days late; want %s (%s), %d", id, total, principal, late, want.Total, want.Principal, state.DaysPastDue(closed))
		}
	}
	if n := value[int](s, `SELECT count(*) FROM reporting.debt_balances`); n != paidOut {
		t.Errorf("%d debts of %d loans", n, paidOut)
	}
}

// What analysts add up in different places is the same.
func TestTotalsAgree(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.EUR, randomSeed(t))
	r := s.runner()
	s.run(r, l.book)
	l.days(45, 25)
	l.closeDay()
	s.catchUp(r, l)
	for name, statement := range map[string]string{
		"trial balance": `SELECT sum(balance) = 0 AND sum(debit) > 0 FROM reporting.trial_balance`,
		"principal":     `SELECT (SELECT balance FROM reporting.trial_balance WHERE account = 'loan_principal') = (SELECT sum(principal) FROM reporting.debt_balances)`,
		"aging":         `SELECT (SELECT coalesce(sum(total), 0) FROM reporting.aging) = (SELECT sum(total) FROM reporting.debt_balances)`,
		"aging buckets": `SELECT bool_and((SELECT coalesce(sum(g.principal), 0) FROM reporting.aging g WHERE g.bucket = b.bucket) = b.principal)
			FROM (SELECT * FROM reporting.portfolio_daily ORDER BY day DESC LIMIT 1) p CROSS JOIN LATERAL
			(VALUES ('1-30', p.overdue_1_30), ('31-60', p.overdue_31_60), ('61-90', p.overdue_61_90), ('over 90', p.overdue_over_90)) AS b (bucket, principal)`,
		"portfolio": `SELECT total = (SELECT sum(total) FROM reporting.debt_balances) AND active_loans = (SELECT count(*) FROM reporting.accounts WHERE status = 'active')
			FROM reporting.portfolio_daily ORDER BY day DESC LIMIT 1`,
		"income": `SELECT sum(interest_income + fee_income + penalty_income) = (SELECT -sum(balance) FROM reporting.trial_balance WHERE account_type = 'income') FROM reporting.portfolio_daily`,
		"lent and repaid": `SELECT sum(lent) = (SELECT sum(amount) FROM reporting.transactions WHERE type = 'disbursement')
			AND sum(repaid) = (SELECT sum(amount) FROM reporting.transactions WHERE type = 'repayment')
			AND sum(lent - repaid_principal) = (SELECT sum(principal) FROM reporting.debt_balances) FROM reporting.portfolio_daily`,
		"clearing": `SELECT (SELECT balance FROM reporting.trial_balance WHERE account = 'clearing')
			= (SELECT sum(CASE type WHEN 'repayment' THEN amount WHEN 'disbursement' THEN -amount ELSE 0 END) FROM reporting.transactions)`,
		"instalments": `SELECT NOT EXISTS (SELECT FROM reporting.debt_balances d
			JOIN (SELECT loan_id, sum(outstanding) AS outstanding FROM reporting.instalments GROUP BY loan_id) AS i USING (loan_id)
			WHERE d.days_past_due > 0 AND i.outstanding <> d.total)
			AND (SELECT sum(paid) FROM reporting.instalments) = (SELECT sum(amount - overpaid) FROM reporting.transactions WHERE type = 'repayment')`,
		"vintages": `SELECT (SELECT sum(lent) FROM (SELECT DISTINCT ON (product, vintage) lent FROM reporting.vintages) AS v) = (SELECT sum(lent) FROM reporting.portfolio_daily)
			AND (SELECT sum(received) FROM reporting.vintages) = (SELECT sum(repaid) FROM reporting.portfolio_daily)
			AND NOT EXISTS (SELECT FROM (SELECT DISTINCT ON (product, vintage) * FROM reporting.vintages ORDER BY product, vintage, month DESC) AS last WHERE outstanding_after <> outstanding)`,
	} {
		var right *bool
		if err := s.pool.QueryRow(t.Context(), statement).Scan(&right); err != nil && !errors.Is(err, pgx.ErrNoRows) {
			t.Fatalf("%s: %v", name, err)
		}
		if right == nil || !*right {
			t.Errorf("%s: totals differ", name)
		}
	}
}
