package loan

import (
	"loanledger/domain/annualcost"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/money"
	"loanledger/domain/product"

	"github.com/shopspring/decimal"
)

// ErrNoAnnualCost is returned when the payments of an offer have no annual cost.
var ErrNoAnnualCost = fact.Refuse(fact.Invalid, "annual_cost_undefined", "The payments have no annual cost.")

// Quote is what a loan would cost when it is paid out on a date and repaid on its due date.
type Quote struct {
	Currency  money.Currency `json:"currency"`
	Principal money.Amount   `json:"principal"`
	TermDays  int            `json:"term_days"`
	PaidOut   date.Date      `json:"paid_out"`
	Due       date.Date      `json:"due_date"`
	Interest  money.Amount   `json:"interest"`
	Fees      money.Amount   `json:"fees"`
	Total     money.Amount   `json:"total" doc:"principal, interest and fees"`
	Cost      money.Amount   `json:"cost" doc:"interest and fees"`
	TAE       string         `json:"tae,omitempty" doc:"annual percentage rate by Annex I of Directive 2008/48/EC, in percent, one decimal"`
	PSK       string         `json:"psk,omitempty" doc:"full cost of credit by art. 6 of 353-FZ, in percent, three decimals"`
	Schedule  []Instalment   `json:"schedule"`
}

// QuoteProduct quotes a product for what a borrower asks. Errors: as Apply, and annual_cost_undefined.
func QuoteProduct(p product.Product, principal money.Input, currency string, termDays int, on date.Date) (Quote, error) {
	amount, terms, err := offer(p, principal, currency, termDays, Moment{On: on})
	if err != nil {
		return Quote{}, err
	}
	return QuoteTerms(terms, amount, on)
}

// QuoteTerms quotes terms whose length is fixed. Errors: annual_cost_undefined.
func QuoteTerms(t product.Terms, principal money.Amount, on date.Date) (Quote, error) {
	s := State{Terms: t, Currency: t.Currency, Principal: principal.In(t.Currency), TermDays: t.TermDays, Status: Offered}.asPaidOut(on)
	line := s.Schedule(s.Due())[0]
	q := Quote{
		Currency: t.Currency, Principal: s.Principal, TermDays: t.TermDays, PaidOut: on, Due: line.Due,
		Interest: line.Interest, Fees: line.Fees, Total: line.Total, Cost: line.Total.Sub(s.Principal),
		Schedule: []Instalment{line},
	}
	flows := []annualcost.Flow{
		{Date: on, Amount: s.Principal.Neg().Decimal()},
		{Date: line.Due, Amount: line.Total.Decimal()},
	}
	var err error
	if t.Currency == money.RUB {
		q.PSK, err = annualFigure(flows, annualcost.PSKRU, 3)
	} else {
		q.TAE, err = annualFigure(flows, annualcost.APREU, 1)
	}
	return q, err
}

func annualFigure(flows []annualcost.Flow, m annualcost.Measure, decimals int32) (string, error) {
	value, err := annualcost.Solve(flows, m)
	if err != nil {
		return "", ErrNoAnnualCost.With("%v", err)
	}
	return roundedText(value, decimals), nil
}

func roundedText(value decimal.Decimal, decimals int32) string {
	return money.HalfUp.Round(value, decimals).StringFixed(decimals)
}

// asPaidOut is the loan after a payout on a date.
func (s State) asPaidOut(on date.Date) State { return s.Fold(s.payout(on, on)) }
