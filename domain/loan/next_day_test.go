package loan_test

import (
	"fmt"
	"testing"

	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/domain/product"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// drawTerms is terms of which a day can bring about anything.
func drawTerms(t *rapid.T) product.Terms {
	interest := rapid.SampledFrom([]string{
		`{"method":"declining","rate":"0.8","per":"day"}`,
		`{"method":"declining","rate":"0.8","per":"day","after_maturity":"stops"}`,
		`{"method":"declining","rate":"90","per":"year","day_count":"actual/actual","first_day":"included"}`,
		`{"method":"fixed_fee","prices":[{"days":7,"percent":"20"}],"after_maturity":"stops"}`,
		`{"method":"none"}`,
	}).Draw(t, "interest")
	penalty := rapid.SampledFrom([]string{
		``, `,"penalty":{"base":"overdue_principal","percent":"20","per":"year"}`,
		`,"penalty":{"grace_days":3,"base":"overdue_principal","percent":"5","per":"once"}`,
		`,"penalty":{"base":"overdue_principal","percent":"0.001","per":"day"}`,
		`,"penalty":{"grace_days":1,"base":"overdue_principal","percent":"1","per":"day","cap_percent_of_principal":"10"}`,
	}).Draw(t, "penalty")
	limit := rapid.SampledFrom([]string{``, `,"cost_cap":{"percent_of_principal":"4"}`, `,"cost_cap":{"percent_of_principal":"30"}`}).Draw(t, "cap")
	terms, err := product.ParseTerms(fmt.Appendf(nil,
		`{"currency":"RUB","interest":%s%s%s,"prolongation":{},"fees":[{"name":"a","charged_on":"prolongation","amount":"1.50"}]}`, interest, penalty, limit))
	if err != nil {
		t.Fatal(err)
	}
	return terms
}

// NextDay is what trying every date finds, at every point of a random life.
func TestNextDayAgainstEveryDate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := date.MustParse("2026-03-20")
		today := start
		decide := func(s loan.State, c loan.Command) loan.State {
			facts, err := loan.Decide(s, c, loan.Moment{On: today, Book: 1, Command: uuid.New()})
			if err == nil {
				for _, f := range facts {
					s = s.Fold(f)
				}
			}
			return s
		}
		principal := rapid.SampledFrom([]string{"0.01", "1.00", "100.00", "10000.00"}).Draw(t, "principal")
		s := decide(loan.State{}, loan.Apply{
			Loan: ident.Derive(1, "loan"), Number: "N", Lender: "l", Borrower: ident.Derive(1, "borrower"), TermDays: 7,
			ProductVersion: 1, Principal: money.Input(principal), Product: product.Product{
				Code: "p", Name: "p", MinPrincipal: "0.01", MaxPrincipal: "10000.00", MinTermDays: 7, MaxTermDays: 7, OfferDays: 4, Terms: drawTerms(t),
			},
		})
		if s.Status != loan.Requested {
			t.Fatal("the application was refused")
		}
		steps := []string{"approve", "disburse"}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			steps = append(steps, rapid.SampledFrom([]string{"repay", "prolong", "day", "day", "day", "week", "days"}).Draw(t, "step"))
		}
		if rapid.IntRange(0, 5).Draw(t, "late payout") == 0 {
			steps = append([]string{"approve", "day", "disburse"}, steps[2:]...)
		}
		for _, step := range steps {
			switch step {
			case "approve":
				s = decide(s, loan.Approve{})
				checkNextDay(t, s, today)
			case "disburse":
				s = decide(s, loan.Disburse{})
			case "repay":
				on := today.AddDays(-rapid.IntRange(0, 3).Draw(t, "days ago"))
				s = decide(s, loan.Repay{Amount: money.Input(rapid.SampledFrom([]string{"0.01", "5.00", "900.00"}).Draw(t, "amount")), ValueDate: on})
			case "prolong":
				s = decide(s, loan.Prolong{Days: rapid.IntRange(1, 10).Draw(t, "by")})
			default:
				for range map[string]int{"day": 1, "week": 7, "days": 30}[step] {
					s = decide(s, loan.CloseDay{Date: today})
					today = today.AddDays(1)
				}
			}
			checkNextDay(t, s, today)
		}
	})
}

func checkNextDay(t *rapid.T, s loan.State, today date.Date) {
	next := s.NextDay()
	for on := today; on.Before(today.AddDays(150)); on = on.AddDays(1) {
		facts, err := loan.Decide(s, loan.CloseDay{Date: on}, loan.Moment{On: on, Book: 1})
		records := err != nil || len(facts) > 0
		if expected := !next.IsZero() && !on.Before(next); records != expected {
			t.Fatalf("%s: the closing of %s records something: %v; the next day is %q; %+v", s.Status, on, records, next, s)
		}
	}
}

func TestNextDayOfSlowAccruals(t *testing.T) {
	terms, err := product.ParseTerms([]byte(`{"currency":"RUB","interest":{"method":"none"},
		"penalty":{"base":"overdue_principal","percent":"0.001","per":"year"}}`))
	if err != nil {
		t.Fatal(err)
	}
	on := date.MustParse("2026-01-01")
	s := loan.State{
		Status: loan.Offered, Terms: terms, Currency: money.RUB, Principal: money.New(100_00, money.RUB), TermDays: 10,
		OfferUntil: on,
	}
	facts, err := loan.Decide(s, loan.Disburse{}, loan.Moment{On: on, Book: 1})
	if err != nil {
		t.Fatal(err)
	}
	s = s.Fold(facts[0]).Fold(loan.FellDue{}).Fold(loan.FellOverdue{})
	// A tenth of a kopeck a year is half a kopeck, and rounded to one, after five years.
	if next := s.NextDay(); next.Before(on.AddDays(1800)) || next.After(on.AddDays(1850)) {
		t.Errorf("the first penalty comes on %s", next)
	}
	if next := s.Fold(loan.PenaltyStarted{}).NextDay(); !next.IsZero() {
		t.Errorf("after all that there is to come, something comes on %s", next)
	}
}
