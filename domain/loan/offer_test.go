package loan_test

import (
	"testing"

	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/loan"
)

// TestSigningTries: a wrong code is a fact that counts; after five of them no code signs any more.
func TestSigningTries(t *testing.T) {
	l := inStatus(t, loan.Offered)
	for try := 1; try <= loan.MaxSigningTries; try++ {
		l.does(loan.Sign{Code: "000000"}).recorded("loan.signing_failed").is(loan.Offered)
		e := l.last[0].(loan.SigningFailed)
		r, detail, _ := fact.Explain(e.Refusal())
		if e.Attempt != try || r != loan.ErrCodeWrong || detail != []string{"4", "3", "2", "1", "0"}[try-1]+" more tries" {
			t.Errorf("try %d: %s %q", try, asJSON(t, e), detail)
		}
	}
	l.refuses("signature_code_spent", loan.Sign{Code: "482913", CodeMatches: true}).
		refuses("signature_code_spent", loan.Sign{Code: "000000"}).
		refuses("loan_not_signed", loan.Disburse{}).
		does(loan.Cancel{}).is(loan.Withdrawn)
	four := inStatus(t, loan.Offered)
	for range 4 {
		four.does(loan.Sign{Code: "000000"})
	}
	four.does(loan.Sign{CodeMatches: true}).is(loan.Agreed)
}

// TestOffersLapse at the end of their last day.
func TestOffersLapse(t *testing.T) {
	l := inStatus(t, loan.Offered)
	if l.state.OfferUntil.String() != "2026-11-07" {
		t.Errorf("the offer stands until %s", l.state.OfferUntil)
	}
	l.until("2026-11-07").does(loan.Sign{CodeMatches: true}).is(loan.Agreed).does(loan.Disburse{}).is(loan.Active)
	inStatus(t, loan.Agreed).until("2026-11-08").is(loan.Expired).recorded("loan.offer_expired").refuses("loan_status", loan.Disburse{})

	// a day that was not closed yet does not lengthen an offer
	for _, s := range []loan.Status{loan.Offered, loan.Agreed} {
		l = inStatus(t, s)
		if l.on = date.MustParse("2026-11-08"); s == loan.Offered {
			l.refuses("offer_expired", loan.Sign{CodeMatches: true})
		} else {
			l.refuses("offer_expired", loan.Disburse{})
		}
	}
}

const unsigned = `{"currency": "RUB", "term_days": 15, "interest": {"method": "declining", "rate": "0.8", "per": "day"},
	"allocation": {"by_law": "RU"}, "cost_cap": {"by_law": "RU"}}`

// TestTheLawChanges: terms that the law has changed since the offer cannot become a contract; what
// counts is the date of the contract.
func TestTheLawChanges(t *testing.T) {
	offered := func(on, text string) *life {
		return given(t, on).does(offer(terms(t, text), "10000.00")).does(loan.Approve{})
	}
	signed := func(l *life) *life { return l.does(loan.Sign{CodeMatches: true}) }
	change := date.MustParse("2026-04-01") // the cap falls from 130 to 100 per cent
	offered("2026-03-31", smartcash).until("2026-04-01").refuses("rules_changed", loan.Sign{CodeMatches: true})
	offered("2024-06-30", smartcash).until("2024-07-01").refuses("rules_changed", loan.Sign{CodeMatches: true}) // the order of payment
	offered("2026-03-30", unsigned).until("2026-03-31").does(loan.Disburse{})
	offered("2026-03-31", unsigned).until("2026-04-01").refuses("rules_changed", loan.Disburse{}).
		does(loan.Disburse{ValueDate: change.AddDays(-1)}).is(loan.Active)
	l := signed(offered("2026-03-31", smartcash)).until("2026-04-01").does(loan.Disburse{}).is(loan.Active)
	if l.state.Terms.CostCap.PercentOfPrincipal.String() != "130" || l.state.ContractDate().String() != "2026-03-31" {
		t.Errorf("a loan keeps the rules of its contract date: %s", asJSON(t, l.state.Terms.CostCap))
	}
	l = offered("2026-04-01", unsigned).does(loan.Disburse{})
	if l.state.Terms.CostCap.PercentOfPrincipal.String() != "100" || l.state.ContractDate() != change {
		t.Errorf("the new rule: %s from %s", asJSON(t, l.state.Terms.CostCap), l.state.ContractDate())
	}
}

// TestPayouts: on a value date from the contract to today; the term counts from it.
func TestPayouts(t *testing.T) {
	l := inStatus(t, loan.Agreed).until("2026-11-05")
	l.refuses("value_date_invalid", loan.Disburse{ValueDate: date.MustParse("2026-11-01")}).
		refuses("value_date_invalid", loan.Disburse{ValueDate: date.MustParse("2026-11-06")}).
		does(loan.Disburse{ValueDate: date.MustParse("2026-11-03"), Ref: "payout"}).
		owes("10000.00", "160.00", "0.00", "0.00").does(loan.CloseDay{Date: l.on}).recorded()
	e := l.facts[len(l.facts)-1].(loan.Disbursed)
	if l.state.Due().String() != "2026-11-18" || e.Recognised.Interest.String() != "160.00" || e.On.String() != "2026-11-05" {
		t.Errorf("paid out: %s", asJSON(t, e))
	}
	v := l.state.On(l.on)
	if v.DisbursedOn.String() != "2026-11-03" || v.Due != l.state.Due() || v.Status != loan.Active || v.SignedOn.String() != "2026-11-02" {
		t.Errorf("seen as %s", asJSON(t, v))
	}
}
