package loan

import (
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/money"
)

// CloseDay records what the end of the business date brought about for the loan: that an offer
// lapsed, that the debt fell due or overdue, that the first penalty accrued, that the cost cap was
// reached. Each is recorded once. A day that brought nothing about leads to no event.
type CloseDay struct {
	Date date.Date `json:"date"` // of which the end is meant; nothing happens when it is not the open one
}

// CommandName is loan.close_day.
func (CloseDay) CommandName() string { return "loan.close_day" }

func (c CloseDay) decide(s State, m Moment) ([]fact.Fact, error) {
	switch {
	case m.On != c.Date:
		return nil, nil
	case s.Status == Offered || s.Status == Agreed:
		if m.On.Before(s.OfferUntil) {
			return nil, nil
		}
		return []fact.Fact{OfferExpired{On: m.On}}, nil
	case s.Status != Active:
		return nil, nil
	}
	var facts []fact.Fact
	owed, due := s.owed(m.On), s.account.due
	if !s.flags.due && !m.On.Before(due) {
		facts = append(facts, FellDue{On: m.On, Due: due, Owed: owed})
	}
	if !s.flags.overdue && m.On.After(due) {
		facts = append(facts, FellOverdue{On: m.On, Due: due, Owed: owed})
	}
	acc := s.accrued(m.On)
	if !s.flags.penalty && acc.Penalty.IsPositive() {
		facts = append(facts, PenaltyStarted{On: m.On, Penalty: acc.Penalty})
	}
	limit, capped := s.costCap()
	if capped && !s.flags.capped && money.Sum(acc.Interest, acc.Penalty, s.account.fees).Cmp(limit) >= 0 {
		facts = append(facts, CostCapReached{On: m.On, Cap: limit})
	}
	return facts, nil
}
