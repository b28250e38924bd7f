package loan

import (
	"loanledger/domain/date"
	"loanledger/domain/fact"
)

// Effective is the date from which an event counts: the value date of money, else the business date.
func Effective(f fact.Fact) date.Date {
	switch e := f.(type) {
	case Applied:
		return e.On
	case Approved:
		return e.On
	case Rejected:
		return e.On
	case Cancelled:
		return e.On
	case OfferExpired:
		return e.On
	case SigningFailed:
		return e.On
	case Signed:
		return e.On
	case Disbursed:
		return e.ValueDate
	case Repaid:
		return e.ValueDate
	case Prolonged:
		return e.On
	case FellDue:
		return e.On
	case FellOverdue:
		return e.On
	case PenaltyStarted:
		return e.On
	case CostCapReached:
		return e.On
	case Settled:
		return e.On
	}
	panic("loan: unknown event " + f.EventType())
}

// StateAsOf is the loan on a business date: its events that count from that date or earlier, folded
// in the order of the log.
func StateAsOf(facts []fact.Fact, asOf date.Date) State {
	var s State
	for _, f := range facts {
		if !Effective(f).After(asOf) {
			s = s.Fold(f)
		}
	}
	return s
}
