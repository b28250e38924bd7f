// Package product is what a lender offers: terms, prices, limits, and the rules of the
// jurisdiction that bound them.
package product

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"loanledger/domain/date"
	"loanledger/domain/money"

	"github.com/shopspring/decimal"
)

// Terms is how a loan costs and is repaid. A loan keeps the terms that it was signed under.
type Terms struct {
	Currency money.Currency `json:"currency"`
	Rounding money.Rounding `json:"rounding"`
	Interest Interest       `json:"interest"`
	// Schedule is a plan of several instalments.
	Schedule json.RawMessage `json:"schedule,omitempty"`
	// TermDays is the length of a bullet loan; a product leaves it to the borrower.
	TermDays     int           `json:"term_days,omitempty"`
	Prepayment   Prepayment    `json:"prepayment"`
	Fees         []Fee         `json:"fees,omitempty"`
	Penalty      *Penalty      `json:"penalty,omitempty"`
	Prolongation *Prolongation `json:"prolongation,omitempty"`
	Allocation   Allocation    `json:"allocation"`
	CostCap      *CostCap      `json:"cost_cap,omitempty"`
	Signature    Signature     `json:"signature,omitempty"`
}

// Method is how interest is found.
type Method string

// The methods. NoInterest charges none; Declining charges a rate on the outstanding principal;
// FixedFee charges one price for the term.
const (
	NoInterest Method = "none"
	Declining  Method = "declining"
	FixedFee   Method = "fixed_fee"
)

// Per is the time that a rate is for.
type Per string

// The times a rate may be for. Once is for penalties: charged one time.
const (
	PerDay   Per = "day"
	PerMonth Per = "month"
	PerYear  Per = "year"
	Once     Per = "once"
)

// Interest is the price of money over time.
type Interest struct {
	Method        Method          `json:"method"`
	Rate          decimal.Decimal `json:"rate,omitzero"` // percent
	Per           Per             `json:"per,omitempty"`
	DayCount      date.DayCount   `json:"day_count,omitempty"`
	Calculation   string          `json:"calculation,omitempty"`    // daily
	FirstDay      string          `json:"first_day,omitempty"`      // excluded | included: whether the day of payout counts
	AfterMaturity string          `json:"after_maturity,omitempty"` // runs | stops
	Follows       string          `json:"follows,omitempty"`        // balance: from what is really paid, and when
	Prices        []Price         `json:"prices,omitempty"`         // of FixedFee
}

// Price is the price of a term, as a percentage of the principal.
type Price struct {
	Days    int             `json:"days"`
	Percent decimal.Decimal `json:"percent"`
}

// FirstDayIncluded reports whether interest counts the day of payout.
func (i Interest) FirstDayIncluded() bool { return i.FirstDay == "included" }

// StopsAtMaturity reports whether interest ends with the term.
func (i Interest) StopsAtMaturity() bool { return i.AfterMaturity == "stops" }

// Prepayment is what an early repayment costs.
type Prepayment struct {
	Interest string `json:"interest,omitempty"` // to_date | full_period
	Effect   string `json:"effect,omitempty"`
}

// Fee is a charge that the terms foresee.
type Fee struct {
	Name      string          `json:"name"`
	Kind      string          `json:"kind,omitempty"` // fee
	ChargedOn string          `json:"charged_on"`     // disbursement | prolongation
	Amount    money.Input     `json:"amount,omitempty"`
	PercentOf string          `json:"percent_of,omitempty"` // principal
	Percent   decimal.Decimal `json:"percent,omitzero"`
}

// When a fee is charged.
const (
	OnDisbursement = "disbursement"
	OnProlongation = "prolongation"
)

// Penalty is what lateness costs.
type Penalty struct {
	GraceDays             int             `json:"grace_days,omitempty"` // days after the due date without penalty
	Base                  string          `json:"base"`                 // overdue_principal
	Percent               decimal.Decimal `json:"percent"`
	Per                   Per             `json:"per"`                               // day | year | once
	CapPercentOfPrincipal decimal.Decimal `json:"cap_percent_of_principal,omitzero"` // of the amount paid out
}

// What has to be paid before a loan is prolonged.
const (
	AccruedInterest = "accrued_interest" // all interest, and any penalty, of the days until now
	ProlongedPrice  = "price"            // the price of the prolongation
)

// Prolongation is on which terms the due date moves.
type Prolongation struct {
	Requires string  `json:"requires,omitempty"`
	MaxCount int     `json:"max_count,omitempty"` // 0 is no limit
	MaxDays  int     `json:"max_days,omitempty"`  // of one prolongation; 0 is no limit
	Prices   []Price `json:"prices,omitempty"`    // where given, only these lengths can be had
}

// Class is a part of a debt that a payment can go to.
type Class string

// The classes of a debt. Where the terms allocate by class, interest and principal are those of the
// current period, and the overdue ones stand apart.
const (
	OverdueInterest  Class = "overdue_interest"
	OverduePrincipal Class = "overdue_principal"
	CurrentInterest  Class = "interest"
	CurrentPrincipal Class = "principal"
	PenaltyClass     Class = "penalty"
	FeeClass         Class = "fee"
	OtherClass       Class = "other"
)

// Allocation is the order in which a payment covers a debt.
type Allocation struct {
	By    string  `json:"by,omitempty"` // instalment | class
	Order []Class `json:"order,omitempty"`
	ByLaw string  `json:"by_law,omitempty"` // the jurisdiction whose order applies, such as "RU"
}

// CostCap bounds interest, penalties and fees together, as a percentage of the amount paid out.
type CostCap struct {
	PercentOfPrincipal decimal.Decimal `json:"percent_of_principal,omitzero"`
	ByLaw              string          `json:"by_law,omitempty"` // the jurisdiction whose cap applies
}

// Signature is how the borrower signs. Empty asks for no signature before the payout.
type Signature string

// SignedByCode: with a code that is sent to the borrower.
const SignedByCode Signature = "code"

// ParseTerms reads terms from JSON, strictly, and checks them. Errors: ErrTermsInvalid,
// ErrTermsUnsupported.
func ParseTerms(data []byte) (Terms, error) {
	var t Terms
	if fault := decode(data, &t); fault != "" {
		return Terms{}, ErrTermsInvalid.With("%s", fault)
	}
	t = t.withDefaults()
	return t, t.Validate()
}

// decode reads JSON strictly: no unknown fields, nothing after the value. It answers what is at
// fault, in words without the text that the caller sent.
func decode(data []byte, into any) (fault string) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			return "there is something after the JSON value"
		}
		return ""
	}
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &typ):
		return fmt.Sprintf("%s must be a %s", typ.Field, typ.Type.Kind())
	case errors.Is(err, money.ErrUnknownCurrency):
		return "currency must be one of the ISO 4217 codes that lenders may use"
	case errors.Is(err, money.ErrInvalidAmount):
		return "an amount must be a string of decimal digits"
	case strings.HasPrefix(err.Error(), "json: unknown field"):
		return "there is a field that has no meaning here"
	}
	return "it is not valid JSON, or a value has the wrong form"
}

func (t Terms) withDefaults() Terms {
	set := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	if t.Rounding == "" {
		t.Rounding = money.HalfUp
	}
	if t.Interest.Method == "" {
		t.Interest.Method = NoInterest
	}
	if t.Interest.DayCount == "" {
		t.Interest.DayCount = date.Actual365
	}
	set(&t.Interest.Calculation, "daily")
	set(&t.Interest.FirstDay, "excluded")
	set(&t.Interest.AfterMaturity, "runs")
	set(&t.Interest.Follows, "balance")
	set(&t.Prepayment.Interest, "to_date")
	if t.Allocation.ByLaw == "" {
		set(&t.Allocation.By, "instalment")
		if len(t.Allocation.Order) == 0 {
			t.Allocation.Order = []Class{PenaltyClass, FeeClass, CurrentInterest, CurrentPrincipal}
		}
	}
	return t
}
