package chart_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"loanledger/domain/chart"
	"loanledger/domain/loan"
	"loanledger/domain/money"
)

func rub(minor int64) money.Amount { return money.New(minor, money.RUB) }

// posted is an entry as lines of account, debit and credit.
func posted(lines []chart.Line) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s %s %s\n", l.Account, l.Debit, l.Credit)
	}
	return b.String()
}

func TestPostings(t *testing.T) {
	none := loan.Recognised{Interest: rub(0), Fees: rub(0), Penalty: rub(0)}
	for title, c := range map[string]struct {
		got  []chart.Line
		want string
	}{
		"payout with a fee": {chart.Postings(loan.Disbursed{Currency: money.RUB, Amount: rub(10000_00), Recognised: loan.Recognised{Fees: rub(150_00)}}),
			"loan_principal 10000.00 0.00\nclearing 0.00 10000.00\nfees_receivable 150.00 0.00\nfee_income 0.00 150.00\n"},
		"payment of every part, too much": {chart.Postings(loan.Repaid{
			Currency: money.RUB, Amount: rub(11000_00), Overpaid: rub(45_00), Recognised: loan.Recognised{Interest: rub(80_00), Penalty: rub(5_00)},
			Allocation: loan.Parts{Principal: rub(10000_00), Interest: rub(800_00), Fees: rub(150_00), Penalty: rub(5_00)},
		}), "interest_receivable 80.00 0.00\ninterest_income 0.00 80.00\npenalties_receivable 5.00 0.00\npenalty_income 0.00 5.00\n" +
			"loan_principal 0.00 10000.00\ninterest_receivable 0.00 800.00\nfees_receivable 0.00 150.00\npenalties_receivable 0.00 5.00\n" +
			"overpayments 0.00 45.00\nclearing 11000.00 0.00\n"},
		"payment that takes income back": {chart.Postings(loan.Repaid{
			Currency: money.RUB, Amount: rub(100_00), Overpaid: rub(0), Recognised: loan.Recognised{Interest: rub(-120_00), Penalty: rub(-3_00)},
			Allocation: loan.Parts{Principal: rub(100_00), Interest: rub(0), Fees: rub(0), Penalty: rub(0)},
		}), "interest_income 120.00 0.00\ninterest_receivable 0.00 120.00\npenalty_income 3.00 0.00\npenalties_receivable 0.00 3.00\n" +
			"loan_principal 0.00 100.00\nclearing 100.00 0.00\n"},
		"prolongation with a price": {chart.Postings(loan.Prolonged{Currency: money.RUB, Price: rub(100_00), Recognised: loan.Recognised{Fees: rub(100_00)}}),
			"fees_receivable 100.00 0.00\nfee_income 0.00 100.00\n"},
		"prolongation for nothing": {chart.Postings(loan.Prolonged{Currency: money.RUB, Recognised: none}), ""},
		"a day":                    {chart.IncomeOfDay(money.RUB, loan.Recognised{Interest: rub(80_00), Penalty: rub(5_48)}), "interest_receivable 80.00 0.00\ninterest_income 0.00 80.00\npenalties_receivable 5.48 0.00\npenalty_income 0.00 5.48\n"},
		"a day without income":     {chart.IncomeOfDay(money.RUB, loan.Recognised{}), ""},
		"no event of value":        {chart.Postings(loan.Approved{}), ""},
	} {
		if got := posted(c.got); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", title, got, c.want)
		}
		if sum := chart.Balance(c.got); !sum.IsZero() {
			t.Errorf("%s is off by %s", title, sum)
		}
	}
}

// TestPostingsOfStoredEvents: those of an event that comes from the log are in its currency.
func TestPostingsOfStoredEvents(t *testing.T) {
	moves := map[string]bool{"loan.disbursed": true, "loan.repaid": true, "loan.prolonged": true}
	for name := range loan.Kinds {
		data, err := os.ReadFile(filepath.Join("..", "loan", "testdata", "events", name+".v1.json"))
		if err != nil {
			t.Fatal(err)
		}
		f, err := loan.Kinds.Decode(name, 1, data)
		if err != nil {
			t.Fatal(err)
		}
		lines := chart.Postings(f)
		if (len(lines) > 0) != moves[name] {
			t.Errorf("%s: %d lines", name, len(lines))
		}
		for _, l := range lines {
			if l.Debit.Currency() != money.RUB || l.Credit.Currency() != money.RUB {
				t.Errorf("%s: %+v has no currency", name, l)
			}
		}
	}
}

func TestTheChart(t *testing.T) {
	types := map[chart.Type]string{chart.Asset: "1", chart.Liability: "2", chart.Income: "4"}
	seen, last := map[chart.Account]bool{}, ""
	for _, a := range chart.Accounts {
		if seen[a.Account] || a.Code <= last || a.Name == "" || !strings.HasPrefix(a.Code, types[a.Type]) {
			t.Errorf("%+v comes twice, out of order, or with the wrong code", a)
		}
		seen[a.Account], last = true, a.Code
	}
	for _, a := range []chart.Account{
		chart.Clearing, chart.LoanPrincipal, chart.InterestReceivable, chart.FeesReceivable, chart.PenaltiesReceivable,
		chart.Overpayments, chart.InterestIncome, chart.FeeIncome, chart.PenaltyIncome,
	} {
		if !seen[a] {
			t.Errorf("%s is not in the chart", a)
		}
	}
}
