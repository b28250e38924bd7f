package loan

import "loanledger/domain/date"

// daysAhead is how far NextDay looks: a century. What accrues so slowly that a century brings nothing
// about is not waited for.
const daysAhead = 36525

// NextDay is the first date whose closing records something for the loan as it stands; the closing of
// every later date would record something too. It may be past already. No date, where nothing is to
// come by itself.
func (s State) NextDay() date.Date {
	switch {
	case s.Status == Offered || s.Status == Agreed:
		return s.OfferUntil
	case s.Status != Active || s.allRecorded():
		return date.Date{}
	}
	start, due := s.account.paidOut, s.account.due
	if s.account.spanFrom.Before(start) {
		start = s.account.spanFrom
	}
	switch {
	case s.closingRecords(start):
		return start
	case !s.flags.due && !s.closingRecords(due.AddDays(-1)):
		return due
	case !s.flags.overdue && !s.closingRecords(due):
		return due.AddDays(1)
	}
	return firstDay(start, due, s.closingRecords)
}

// allRecorded reports whether a closing has nothing left to record.
func (s State) allRecorded() bool {
	return s.flags.due && s.flags.overdue &&
		(s.flags.penalty || s.Terms.Penalty == nil) && (s.flags.capped || s.Terms.CostCap == nil)
}

// closingRecords asks the very decision that closes days.
func (s State) closingRecords(on date.Date) bool {
	facts, err := CloseDay{Date: on}.decide(s, Moment{On: on})
	return err != nil || len(facts) > 0
}

// firstDay is the first date for which a condition holds that, once it holds, holds for ever; it does
// not hold on start. The search reaches out from a guess further and further, and gives up after
// daysAhead.
func firstDay(start, guess date.Date, holds func(date.Date) bool) date.Date {
	not, limit := start, date.Later(start, guess).AddDays(daysAhead)
	at := date.Later(guess, start.AddDays(1))
	for step := 32; !holds(at); step *= 4 {
		if !at.Before(limit) {
			return date.Date{}
		}
		not, at = at, date.Earlier(at.AddDays(step), limit)
	}
	for at.Sub(not) > 1 {
		middle := not.AddDays(at.Sub(not) / 2)
		if holds(middle) {
			at = middle
		} else {
			not = middle
		}
	}
	return at
}
