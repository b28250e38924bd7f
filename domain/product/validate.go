package product

import (
	"slices"

	"loanledger/domain/fact"

	"github.com/shopspring/decimal"
)

// Errors of terms.
var (
	ErrTermsInvalid     = fact.Refuse(fact.Invalid, "terms_invalid", "The terms are malformed or contradict themselves.")
	ErrTermsUnsupported = fact.Refuse(fact.Invalid, "terms_unsupported", "The terms ask for something that this version of the loan engine does not do.")
)

// maxPercent bounds every percentage in terms: a typing error in a rate should not become a debt.
var maxPercent = decimal.NewFromInt(10_000)

// Validate checks terms on their own, without a jurisdiction. Errors: ErrTermsInvalid,
// ErrTermsUnsupported.
func (t Terms) Validate() error {
	for _, check := range []func(Terms) error{
		checkBasics, checkInterest, checkFees, checkPenalty, checkProlongation, checkAllocation, checkCostCap,
	} {
		if err := check(t); err != nil {
			return err
		}
	}
	return nil
}

func checkBasics(t Terms) error {
	switch {
	case len(t.Schedule) > 0:
		return ErrTermsUnsupported.With("schedule: instalments")
	case t.Currency == 0:
		return ErrTermsInvalid.With("currency is missing")
	case !t.Rounding.Valid():
		return ErrTermsInvalid.With("rounding must be half_up, half_even or down")
	case t.TermDays < 0 || t.TermDays > MaxTermDays:
		return ErrTermsInvalid.With("term_days must be 1 to %d", MaxTermDays)
	case t.Signature != "" && t.Signature != SignedByCode:
		return ErrTermsInvalid.With("signature must be code, or left out")
	}
	return oneOf("prepayment.interest", t.Prepayment.Interest, "to_date", "full_period")
}

// MaxTermDays is the longest term of a loan: thirty years.
const MaxTermDays = 30 * 366

func checkInterest(t Terms) error {
	i := t.Interest
	for _, c := range []error{
		oneOf("interest.first_day", i.FirstDay, "excluded", "included"),
		oneOf("interest.after_maturity", i.AfterMaturity, "runs", "stops"),
		supported("interest.calculation", i.Calculation, []string{"daily"}, "period"),
		supported("interest.follows", i.Follows, []string{"balance"}, "schedule"),
		supported("interest.method", string(i.Method), []string{string(NoInterest), string(Declining), string(FixedFee)}, "flat"),
		supported("interest.day_count", string(i.DayCount),
			[]string{"actual/365", "actual/actual", "actual/360", "30/360", "months/12"}),
	} {
		if c != nil {
			return c
		}
	}
	switch i.Method {
	case Declining:
		if i.Per != PerDay && i.Per != PerMonth && i.Per != PerYear {
			return ErrTermsInvalid.With("interest.per must be day, month or year")
		}
	case FixedFee:
		if len(i.Prices) == 0 {
			return ErrTermsInvalid.With("interest.prices must give a price for at least one term")
		}
		if t.TermDays != 0 && !slices.ContainsFunc(i.Prices, func(p Price) bool { return p.Days == t.TermDays }) {
			return ErrTermsInvalid.With("interest.prices has no price for term_days")
		}
	}
	if err := percent("interest.rate", i.Rate); err != nil {
		return err
	}
	return prices("interest.prices", i.Prices)
}

func checkFees(t Terms) error {
	for _, f := range t.Fees {
		if f.Name == "" {
			return ErrTermsInvalid.With("a fee needs a name")
		}
		if err := supported("fees.charged_on", f.ChargedOn, []string{OnDisbursement, OnProlongation}, "instalment", "maturity"); err != nil {
			return err
		}
		if (f.Amount == "") == f.Percent.IsZero() {
			return ErrTermsInvalid.With("a fee is either an amount or a percent")
		}
		if f.Amount != "" {
			if a, err := f.Amount.In(t.Currency); err != nil || !a.IsPositive() {
				return ErrTermsInvalid.With("fees.amount must be a positive amount of the currency")
			}
			continue
		}
		if err := supported("fees.percent_of", f.PercentOf, []string{"principal"}, "instalment"); err != nil {
			return err
		}
		if err := percent("fees.percent", f.Percent); err != nil {
			return err
		}
	}
	return nil
}

func checkPenalty(t Terms) error {
	p := t.Penalty
	if p == nil {
		return nil
	}
	if p.GraceDays < 0 || p.GraceDays > 366 {
		return ErrTermsInvalid.With("penalty.grace_days must be 0 to 366")
	}
	if err := supported("penalty.base", p.Base, []string{"overdue_principal"}, "overdue_instalment", "overdue_total"); err != nil {
		return err
	}
	if err := supported("penalty.per", string(p.Per), []string{"day", "year", "once"}, "instalment"); err != nil {
		return err
	}
	if err := percent("penalty.cap_percent_of_principal", p.CapPercentOfPrincipal); err != nil {
		return err
	}
	return percent("penalty.percent", p.Percent)
}

func checkProlongation(t Terms) error {
	p := t.Prolongation
	if p == nil {
		return nil
	}
	if p.MaxCount < 0 || p.MaxDays < 0 {
		return ErrTermsInvalid.With("prolongation limits must not be negative")
	}
	if err := oneOf("prolongation.requires", p.Requires, "", AccruedInterest, ProlongedPrice); err != nil {
		return err
	}
	return prices("prolongation.prices", p.Prices)
}

// classes is what each way of allocating must name, each exactly once; classes marked false may be left out.
var classes = map[string]map[Class]bool{
	"instalment": {PenaltyClass: true, FeeClass: true, CurrentInterest: true, CurrentPrincipal: true},
	"class": {
		OverdueInterest: true, OverduePrincipal: true, CurrentInterest: true, CurrentPrincipal: true,
		PenaltyClass: true, FeeClass: false, OtherClass: false,
	},
}

func checkAllocation(t Terms) error {
	a := t.Allocation
	if a.ByLaw != "" && a.By == "" {
		_, err := rulesOf(a.ByLaw)
		return err
	}
	want, ok := classes[a.By]
	if !ok {
		return ErrTermsInvalid.With("allocation.by must be instalment or class")
	}
	seen := map[Class]bool{}
	for _, c := range a.Order {
		if _, known := want[c]; !known || seen[c] {
			return ErrTermsInvalid.With("allocation.order names a class twice, or one that %s does not have", a.By)
		}
		seen[c] = true
	}
	for c, must := range want {
		if must && !seen[c] {
			return ErrTermsInvalid.With("allocation.order leaves out %s", c)
		}
	}
	if a.By == "class" && !seen[FeeClass] && !seen[OtherClass] {
		return ErrTermsInvalid.With("allocation.order must name fee or other")
	}
	return nil
}

func checkCostCap(t Terms) error {
	c := t.CostCap
	switch {
	case c == nil:
		return nil
	case c.ByLaw != "" && c.PercentOfPrincipal.IsZero():
		_, err := rulesOf(c.ByLaw)
		return err
	}
	return percent("cost_cap.percent_of_principal", c.PercentOfPrincipal)
}

func oneOf(field, value string, allowed ...string) error {
	if !slices.Contains(allowed, value) {
		return ErrTermsInvalid.With("%s must be one of %q", field, allowed)
	}
	return nil
}

// supported tells a value that is wrong from one that is right but not done yet.
func supported(field, value string, done []string, later ...string) error {
	if slices.Contains(later, value) {
		return ErrTermsUnsupported.With("%s: %s", field, value)
	}
	return oneOf(field, value, done...)
}

func percent(field string, p decimal.Decimal) error {
	exact := p.Exponent() >= -12 && p.Exponent() <= 6 && p.NumDigits() <= 24
	if !exact || p.IsNegative() || p.GreaterThan(maxPercent) {
		return ErrTermsInvalid.With("%s must be 0 to %s percent", field, maxPercent)
	}
	return nil
}

func prices(field string, list []Price) error {
	seen := map[int]bool{}
	for _, p := range list {
		if p.Days < 1 || p.Days > MaxTermDays || seen[p.Days] {
			return ErrTermsInvalid.With("%s: days must be 1 to %d, each length once", field, MaxTermDays)
		}
		seen[p.Days] = true
		if err := percent(field, p.Percent); err != nil {
			return err
		}
	}
	return nil
}
