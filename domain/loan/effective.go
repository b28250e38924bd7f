package loan

import (
	"loanledger/domain/date"
	"loanledger/domain/fact"
)

// Dates of an event: the business date on which it was recorded, and the date from which it counts,
// which is the value date of money.
func Dates(f fact.Fact) (booked, effective date.Date) {
	switch e := f.(type) {
	case Applied:
		return e.On, e.On
	case Approved:
		return e.On, e.On
	case Rejected:
		return e.On, e.On
	case Cancelled:
		return e.On, e.On
	case OfferExpired:
		return e.On, e.On
	case SigningFailed:
		return e.On, e.On
	case Signed:
		return e.On, e.On
	case Disbursed:
		return e.On, e.ValueDate
	case Repaid:
		return e.On, e.ValueDate
	case Prolonged:
		return e.On, e.On
	case FellDue:
		return e.On, e.On
	case FellOverdue:
		return e.On, e.On
	case PenaltyStarted:
		return e.On, e.On
	case CostCapReached:
		return e.On, e.On
	case Settled:
		return e.BookedOn, e.On
	}
	panic("loan: unknown event " + f.EventType())
}

// StateAsOf is the loan on a business date: its events that count from that date or earlier, folded
// in the order of the log.
func StateAsOf(facts []fact.Fact, asOf date.Date) State {
	var s State
	for _, f := range facts {
		if _, effective := Dates(f); !effective.After(asOf) {
			s = s.Fold(f)
		}
	}
	return s
}
