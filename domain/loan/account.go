package loan

import (
	"loanledger/domain/date"
	"loanledger/domain/money"
	"loanledger/domain/product"
)

// account is the money side of a loan that has been paid out.
//
// Interest and penalty accrue in spans. In a span nothing changes that they depend on, so its figure
// is computed from the exact rate and rounded once. An event that changes the principal, the due
// date or the fees ends the span: its figures go to closed, and the next span begins on spanFrom.
type account struct {
	lent       money.Amount // the amount paid out
	paidOut    date.Date
	due        date.Date
	principal  money.Amount // outstanding
	spanFrom   date.Date    // the open span has the days after this one
	closed     Accrued      // of the spans that have ended
	price      money.Amount // the fixed price of the term
	fees       money.Amount // charged so far
	paid       Parts
	overpaid   money.Amount
	paidEarly  money.Amount // before the due date
	paidLate   money.Amount // after it
	recognised Recognised   // as income, up to and with recogDay
	recogDay   date.Date    // of the last event that recognised income
	lastMoney  date.Date    // the latest value date of a transaction
}

// owed is what is outstanding on a date, by its parts.
func (s *State) owed(on date.Date) Parts {
	a, acc := &s.account, s.accrued(on)
	return Parts{
		Principal: a.principal,
		Interest:  acc.Interest.Sub(a.paid.Interest),
		Fees:      a.fees.Sub(a.paid.Fees),
		Penalty:   acc.Penalty.Sub(a.paid.Penalty),
	}
}

// accrued is the interest and penalty of all days up to and with a date, within the caps.
func (s *State) accrued(on date.Date) Accrued {
	a := &s.account
	if !on.After(a.spanFrom) {
		return Accrued{Through: on, Interest: a.closed.Interest, Penalty: a.closed.Penalty, AtMaturity: a.closed.AtMaturity}
	}
	interest, penalty := s.withinCap(on)
	acc := Accrued{Through: on, Interest: interest, Penalty: penalty}
	switch {
	case !on.After(a.due):
	case a.spanFrom.After(a.due):
		acc.AtMaturity = a.closed.AtMaturity
	default:
		acc.AtMaturity, _ = s.withinCap(a.due)
	}
	return acc
}

// uncapped is interest and penalty up to and with a date as the rates give them.
func (s *State) uncapped(on date.Date) (interest, penalty money.Amount) {
	a, t := &s.account, &s.Terms
	interest = a.closed.Interest
	switch t.Interest.Method {
	case product.Declining:
		end := on
		if t.Interest.StopsAtMaturity() {
			end = date.Earlier(on, a.due)
		}
		interest = interest.Add(accrue(a.principal, t.Interest.Rate, t.Interest.Per, t.Interest.DayCount, a.spanFrom, end, t.Rounding))
	case product.FixedFee:
		interest = interest.Add(s.spanPrice(on))
	}
	return interest, a.closed.Penalty.Add(s.spanPenalty(on))
}

// withinCap applies the cap on all charges together. On the day on which the rates would pass the
// cap, interest takes what room there is first and the penalty the rest; later days add nothing.
func (s *State) withinCap(on date.Date) (interest, penalty money.Amount) {
	interest, penalty = s.uncapped(on)
	limit, capped := s.costCap()
	if !capped || !limit.Less(money.Sum(interest, penalty, s.account.fees)) {
		return interest, penalty
	}
	first, last := s.account.spanFrom, on // the cap is passed on a day after first, at the latest on last
	for last.Sub(first) > 1 {
		middle := first.AddDays(last.Sub(first) / 2)
		i, p := s.uncapped(middle)
		if limit.Less(money.Sum(i, p, s.account.fees)) {
			last = middle
		} else {
			first = middle
		}
	}
	before, penaltyBefore := s.uncapped(first)
	interest, penalty = s.uncapped(last)
	room := money.Max(limit.Sub(money.Sum(before, penaltyBefore, s.account.fees)), money.Zero(s.Currency))
	more := money.Min(interest.Sub(before), room)
	return before.Add(more), penaltyBefore.Add(money.Min(penalty.Sub(penaltyBefore), room.Sub(more)))
}

// costCap is the most that interest, penalties and fees may come to.
func (s *State) costCap() (money.Amount, bool) { return costCapOf(&s.Terms, s.account.lent) }

// costCapOf is the cost cap of an amount paid out.
func costCapOf(t *product.Terms, lent money.Amount) (money.Amount, bool) {
	if t.CostCap == nil {
		return money.Amount{}, false
	}
	return lent.Percent(t.CostCap.PercentOfPrincipal, money.Down), true
}

// withinRoom is what of a charge of a date the cost cap has room for.
func (s *State) withinRoom(charge money.Amount, on date.Date) money.Amount {
	limit, capped := s.costCap()
	if !capped {
		return charge
	}
	acc := s.accrued(on)
	room := limit.Sub(money.Sum(acc.Interest, acc.Penalty, s.account.fees))
	return money.Max(money.Zero(s.Currency), money.Min(charge, room))
}

// recognisedBefore is the income that was recognised before anything that happens on a business
// date: by the closing of the day before, or by an event since.
func (s *State) recognisedBefore(on date.Date) Recognised {
	a := &s.account
	yesterday := on.AddDays(-1)
	if a.recogDay.IsZero() || !a.recogDay.Before(yesterday) {
		return a.recognised
	}
	acc := s.accrued(yesterday)
	return Recognised{Interest: acc.Interest, Fees: a.fees, Penalty: acc.Penalty}
}

// recognise is the income to recognise on a business date, when this is the state after what
// happened and before is the state before it.
func (s *State) recognise(before *State, on date.Date) Recognised {
	acc, was := s.accrued(on), before.recognisedBefore(on)
	return Recognised{
		Interest: acc.Interest.Sub(was.Interest),
		Fees:     s.account.fees.Sub(was.Fees),
		Penalty:  acc.Penalty.Sub(was.Penalty),
	}
}

// IncomeOfDay is the interest and penalty that the closing of a business date recognises: what
// accrued up to and with the date and was not recognised before. The sum over all days and events
// is what accrued in all.
func (s State) IncomeOfDay(on date.Date) Recognised {
	if s.Status != Active {
		return Recognised{}
	}
	return s.recognise(&s, on)
}
