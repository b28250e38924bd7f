package loan

import (
	"loanledger/domain/date"
	"loanledger/domain/money"
	"loanledger/domain/product"

	"github.com/shopspring/decimal"
)

var one = decimal.NewFromInt(1)

// accrue is interest on a constant base for the days after from, up to and with to, rounded once:
// base · rate/100 · time. A rate per month is twelve times that rate per year.
func accrue(base money.Amount, rate decimal.Decimal, per product.Per, count date.DayCount, from, to date.Date, mode money.Rounding) money.Amount {
	if !from.Before(to) || base.IsZero() {
		return money.Zero(base.Currency())
	}
	if per == product.PerDay {
		return base.Share(rate, int64(to.Sub(from)), 100, mode)
	}
	year := count.Year(from, to)
	if per == product.PerMonth {
		year.Numerator *= 12
	}
	return base.Share(rate, year.Numerator, 100*year.Denominator, mode)
}

// spanPrice is the part of the fixed price of the term that is earned in the open span up to and with
// a date, where an early repayment costs interest to its date only. Otherwise all of the price is owed
// from the payout on, and was closed with it. Nothing is earned once the principal was repaid.
func (s *State) spanPrice(on date.Date) money.Amount {
	if s.Terms.Prepayment.Interest == "full_period" || s.account.principal.IsZero() {
		return money.Zero(s.Currency)
	}
	return s.earnedPrice(on).Sub(s.earnedPrice(s.account.spanFrom))
}

// earnedPrice is the part of the fixed price for the days of the term that have passed by a date.
func (s *State) earnedPrice(on date.Date) money.Amount {
	days := min(max(on.Sub(s.account.paidOut), 0), s.TermDays)
	return s.account.price.Share(one, int64(days), int64(s.TermDays), s.Terms.Rounding)
}

// spanPenalty is the penalty of the open span up to and with a date, on the overdue principal.
func (s *State) spanPenalty(on date.Date) money.Amount {
	a, p := &s.account, s.Terms.Penalty
	none := money.Zero(s.Currency)
	if p == nil {
		return none
	}
	lastFree := a.due.AddDays(p.GraceDays)
	from := date.Later(a.spanFrom, lastFree)
	if !from.Before(on) || a.principal.IsZero() {
		return none
	}
	var penalty money.Amount
	if p.Per == product.Once {
		if a.spanFrom.After(lastFree) {
			return none
		}
		penalty = a.principal.Percent(p.Percent, s.Terms.Rounding)
	} else {
		penalty = accrue(a.principal, p.Percent, p.Per, date.Actual365, from, on, s.Terms.Rounding)
	}
	if p.CapPercentOfPrincipal.IsZero() {
		return penalty
	}
	room := a.lent.Percent(p.CapPercentOfPrincipal, money.Down).Sub(a.closed.Penalty)
	return money.Max(none, money.Min(penalty, room))
}

// priceOf is the price for a number of days in a list of prices, of a principal.
func priceOf(list []product.Price, days int, principal money.Amount, mode money.Rounding) (money.Amount, bool) {
	for _, p := range list {
		if p.Days == days {
			return principal.Percent(p.Percent, mode), true
		}
	}
	return money.Zero(principal.Currency()), false
}

// feesOn is the sum of the fees that the terms charge at a point of the loan's life.
func feesOn(t product.Terms, point string, principal money.Amount) money.Amount {
	total := money.Zero(principal.Currency())
	for _, f := range t.Fees {
		if f.ChargedOn != point {
			continue
		}
		if f.Amount != "" {
			fixed, err := f.Amount.In(t.Currency)
			if err != nil {
				panic("loan: terms with a malformed fee were accepted")
			}
			total = total.Add(fixed)
			continue
		}
		total = total.Add(principal.Percent(f.Percent, t.Rounding))
	}
	return total
}
