package projections_test

import (
	"errors"
	"strings"
	"testing"

	"loanledger/domain/money"
	"loanledger/eventstore"
	"loanledger/projections"
)

func TestVerifyFindsTheBooksRight(t *testing.T) {
	s := newScene(t)
	seed := randomSeed(t)
	r := s.runner()
	for i, c := range []money.Currency{money.RUB, money.EUR, money.JPY} {
		l := newLives(t, s.store, eventstore.Book(i+1), c, seed)
		s.run(r, l.book)
		l.days(40, 25)
		s.catchUp(r, l)
	}
	checks := map[string]int64{}
	err := projections.Verify(t.Context(), s.pool, s.store, nil, func(c projections.Check) { checks[c.Name] += c.Count })
	if err != nil {
		t.Fatal(err)
	}
	if len(checks) != 5+len(projections.Names()) {
		t.Errorf("checks: %v", checks)
	}
	for name, count := range checks {
		if count == 0 {
			t.Errorf("%s: nothing was looked at", name)
		}
	}
	if n := value[int](s, `SELECT count(*) FROM pg_class WHERE relname LIKE '%\_fresh' AND relkind = 'r'`); n > 0 {
		t.Errorf("it left %d tables", n)
	}
}

func TestVerifyNamesWhatIsWrong(t *testing.T) {
	s := newScene(t)
	l := newLives(t, s.store, 1, money.EUR, randomSeed(t))
	r := s.runner()
	stop := s.run(r, l.book)
	l.days(15, 25)
	s.catchUp(r, l)
	stop()
	const one = ` WHERE ctid = (SELECT min(ctid) FROM `
	for _, c := range []struct{ name, damage, check, detail string }{
		{"a debt", `UPDATE reporting_books.debt_balances_1 SET interest = interest + 0.01, total = total + 0.01` + one + `reporting_books.debt_balances_1)`,
			"debts equal", "interest_receivable"},
		{"a journal line", `UPDATE reporting_books.journal_entries_1 SET debit = debit + 1` + one + `reporting_books.journal_entries_1)`,
			"journal entries balanced", "off by 1.00"},
		{"an account", `UPDATE reporting_books.accounts_1 SET status = 'damaged'` + one + `reporting_books.accounts_1)`,
			"accounts equal to a replay", "log"},
		{"a missing certificate", `DELETE FROM reporting_books.certificates_1` + one + `reporting_books.certificates_1)`,
			"certificates equal to a replay", "follows from the log and is not there"},
		{"a doubled day", `INSERT INTO reporting_books.portfolio_daily_1 SELECT book, day - 1000, currency, active_loans, principal, interest, fees, penalty, total, overdue_loans,
			overdue_1_30, overdue_31_60, overdue_61_90, overdue_over_90, interest_income, fee_income, penalty_income, disbursements, lent, repayments, repaid,
			repaid_principal, position, recorded_at FROM reporting_books.portfolio_daily_1` + one + `reporting_books.portfolio_daily_1)`,
			"portfolio_daily equal to a replay", "does not follow from the log"},
		{"a lost event", `DELETE FROM ledger.events WHERE position = 30`, "positions of the log", "position 30 is missing"},
	} {
		if _, err := s.pool.Exec(t.Context(), c.damage); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		err := projections.Verify(t.Context(), s.pool, s.store, nil, func(projections.Check) {})
		difference := (*projections.Difference)(nil)
		if !errors.As(err, &difference) {
			t.Fatalf("%s: %v", c.name, err)
		}
		if !strings.Contains(difference.Check, c.check) || !strings.Contains(difference.Detail, c.detail) {
			t.Errorf("%s: found %v", c.name, err)
		}
		if c.name == "a lost event" {
			break
		}
		if err := projections.Rebuild(t.Context(), s.pool, s.store, nil, nil, quiet); err != nil {
			t.Fatal(err)
		}
	}
}
