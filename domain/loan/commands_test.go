package loan_test

import (
	"strings"
	"testing"

	"loanledger/domain/loan"
	"loanledger/domain/money"
)

// smartcash is the sample terms of the Russian lender, for 15 days.
const smartcash = `{"currency": "RUB", "term_days": 15, "signature": "code",
	"interest": {"method": "declining", "rate": "0.8", "per": "day"},
	"penalty": {"base": "overdue_principal", "percent": "20", "per": "year"},
	"prolongation": {"requires": "accrued_interest", "max_count": 5, "max_days": 30},
	"allocation": {"by_law": "RU"}, "cost_cap": {"by_law": "RU"}}`

// inStatus is a loan of the sample terms that has come to a status.
func inStatus(t *testing.T, s loan.Status) *life {
	t.Helper()
	l := given(t, "2026-11-02")
	if s == loan.None {
		return l
	}
	l.does(offer(terms(t, smartcash), "10000.00"))
	switch s {
	case loan.Requested:
		return l
	case loan.Refused:
		return l.does(loan.Reject{Reason: "income not shown"}).is(s)
	case loan.Withdrawn:
		return l.does(loan.Cancel{Reason: "changed their mind"}).is(s)
	}
	l.does(loan.Approve{})
	switch s {
	case loan.Offered:
		return l.is(s)
	case loan.Expired:
		return l.until("2026-11-08").is(s)
	}
	if l.does(loan.Sign{Code: "482913", CodeMatches: true}); s == loan.Agreed {
		return l.is(s)
	}
	l.does(loan.Disburse{})
	switch s {
	case loan.Closed:
		l.does(loan.Repay{Amount: "10000.00"})
	case loan.Overpaid:
		l.does(loan.Repay{Amount: "10000.01"})
	}
	return l.is(s)
}

// TestEveryCommandInEveryStatus: ok is carried out, a dash leads to nothing, the rest are refusals.
func TestEveryCommandInEveryStatus(t *testing.T) {
	const table = `
	          apply  approve reject cancel sign   disburse repay prolong close_day
	none      ok     none    none   none   none   none     none  none    none
	applied   status ok      ok     ok     status status   not   not     -
	approved  status status  status ok     ok     unsigned not   not     -
	signed    status status  status ok     status ok       not   not     -
	active    status status  status status status status   ok    ok      -
	closed    status status  status status status status   shut  shut    -
	overpaid  status status  status status status status   shut  shut    -
	rejected  status status  status status status status   not   not     -
	cancelled status status  status status status status   not   not     -
	expired   status status  status status status status   not   not     -`
	codes := map[string]string{
		"none": "loan_not_found", "status": "loan_status", "unsigned": "loan_not_signed", "not": "loan_not_active", "shut": "loan_closed",
	}
	lines := strings.Split(strings.TrimSpace(table), "\n")
	names := strings.Fields(lines[0])
	for _, line := range lines[1:] {
		cells := strings.Fields(line)
		status := loan.Status(cells[0])
		if status == "none" {
			status = loan.None
		}
		for i, want := range cells[1:] {
			t.Run(cells[0]+"/"+names[i], func(t *testing.T) {
				l := inStatus(t, status)
				c := map[string]loan.Command{
					"apply": offer(terms(t, smartcash), "10000.00"), "approve": loan.Approve{}, "reject": loan.Reject{},
					"cancel": loan.Cancel{}, "sign": loan.Sign{CodeMatches: true}, "disburse": loan.Disburse{},
					"repay": loan.Repay{Amount: "1.00"}, "prolong": loan.Prolong{Days: 10}, "close_day": loan.CloseDay{Date: l.on},
				}[names[i]]
				switch want {
				case "ok":
					if l.does(c); len(l.last) == 0 {
						t.Error("nothing was recorded")
					}
				case "-":
					l.does(c).recorded()
				default:
					l.refuses(codes[want], c)
				}
			})
		}
	}
}

func TestApplicationsThatAreRefused(t *testing.T) {
	ru := offer(terms(t, smartcash), "10000.00")
	yen := offer(terms(t, `{"currency": "JPY", "term_days": 15}`), "10000")
	with := func(c loan.Apply, principal money.Input, currency string, days int) loan.Apply {
		c.Principal, c.Currency, c.TermDays = principal, currency, days
		return c
	}
	for _, c := range []struct {
		on   string
		cmd  loan.Apply
		want string
	}{
		{"2026-11-02", with(ru, "10000.00", "EUR", 15), "currency_mismatch"},
		{"2026-11-02", with(ru, "10000.00", "rub", 15), "currency_mismatch"},
		{"2026-11-02", with(ru, "", "RUB", 15), "amount_invalid"},
		{"2026-11-02", with(ru, "ten", "RUB", 15), "amount_invalid"},
		{"2026-11-02", with(ru, "1e4", "RUB", 15), "amount_invalid"},
		{"2026-11-02", with(ru, "99999999999999999", "RUB", 15), "amount_invalid"},
		{"2026-11-02", with(ru, "10000.001", "RUB", 15), "amount_over_precise"},
		{"2026-11-02", with(yen, "10000.0", "JPY", 15), "amount_over_precise"},
		{"2026-11-02", with(ru, "0.00", "RUB", 15), "amount_not_positive"},
		{"2026-11-02", with(ru, "-10000.00", "RUB", 15), "amount_not_positive"},
		{"2026-11-02", with(ru, "0.99", "RUB", 15), "principal_out_of_limits"},
		{"2026-11-02", with(ru, "10000000.01", "RUB", 15), "principal_out_of_limits"},
		{"2026-11-02", with(ru, "10000.00", "RUB", 0), "term_out_of_limits"},
		{"2026-11-02", with(ru, "10000.00", "RUB", -15), "term_out_of_limits"},
		{"2019-01-27", with(ru, "10000.00", "RUB", 15), "terms_invalid"}, // no cap is known
	} {
		given(t, c.on).refuses(c.want, c.cmd)
	}
	given(t, "2026-11-02").does(with(ru, "10000.00", "RUB", 15)).does(loan.Approve{}).is(loan.Offered)
	given(t, "2026-11-02").does(with(yen, "10000", "JPY", 15)).is(loan.Requested)
}

func TestTextsThatAreRefused(t *testing.T) {
	for _, bad := range []string{strings.Repeat("a", 201), "two\nlines", "bell\a", "\xff", "del\x7f", "\u0085"} {
		bad = strings.ToValidUTF8(bad, "\uFFFD")
		inStatus(t, loan.Requested).refuses("text_invalid", loan.Reject{Reason: bad}).refuses("text_invalid", loan.Cancel{Reason: bad})
		inStatus(t, loan.Agreed).refuses("text_invalid", loan.Disburse{Ref: bad})
		inStatus(t, loan.Active).refuses("text_invalid", loan.Repay{Amount: "1.00", Ref: bad}).refuses("text_invalid", loan.Prolong{Days: 10, Ref: bad})
	}
	inStatus(t, loan.Active).does(loan.Repay{Amount: "1.00", Ref: strings.Repeat("я", 100)})
}

// TestRejectionsAreKept: why a loan came to nothing, and when.
func TestRejectionsAreKept(t *testing.T) {
	for _, c := range []struct {
		s      loan.Status
		reason string
		on     string
	}{
		{loan.Refused, "income not shown", "2026-11-02"}, {loan.Withdrawn, "changed their mind", "2026-11-02"}, {loan.Expired, "", "2026-11-07"},
	} {
		v := inStatus(t, c.s).state.On(inStatus(t, c.s).on)
		if v.Reason != c.reason || v.EndedOn.String() != c.on || !v.Balances.Total.IsZero() || v.DaysPastDue != 0 {
			t.Errorf("%s: %s", c.s, asJSON(t, v))
		}
	}
}
