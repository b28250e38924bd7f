package loan

import (
	"loanledger/domain/date"
	"loanledger/domain/money"
)

// Instalment is a line of the schedule: what is to be paid by a due date, and what was paid of it.
type Instalment struct {
	Nr           int          `json:"nr"`
	From         date.Date    `json:"from"`
	Due          date.Date    `json:"due"`
	Days         int          `json:"days"`
	Principal    money.Amount `json:"principal"`
	Interest     money.Amount `json:"interest"`
	Fees         money.Amount `json:"fees"`
	Penalty      money.Amount `json:"penalty"`
	Total        money.Amount `json:"total"`
	Paid         money.Amount `json:"paid"`
	PaidEarly    money.Amount `json:"paid_early"`
	PaidLate     money.Amount `json:"paid_late"`
	Outstanding  money.Amount `json:"outstanding"`
	BalanceAfter money.Amount `json:"balance_after"` // principal that is left after the instalment
}

// Schedule is the instalments of the loan as they stand on a date; before the payout, as they would
// be after a payout on that date. Interest is what the instalment comes to when it is paid on its
// due date, or on the date itself where that is later.
func (s State) Schedule(on date.Date) []Instalment {
	if s.DisbursedOn.IsZero() {
		if s.Status == None {
			return nil
		}
		s = s.asPaidOut(on)
	}
	a, zero := s.account, money.Zero(s.Currency)
	acc := s.accrued(date.Later(a.due, on))
	if !s.EndedOn.IsZero() {
		acc = s.accrued(s.EndedOn)
	}
	total := Parts{a.lent, acc.Interest, a.fees, acc.Penalty}.Total()
	return []Instalment{{
		Nr: 1, From: a.paidOut, Due: a.due, Days: a.due.Sub(a.paidOut),
		Principal: a.lent, Interest: acc.Interest, Fees: a.fees, Penalty: acc.Penalty, Total: total,
		Paid: a.paid.Total(), PaidEarly: a.paidEarly, PaidLate: a.paidLate,
		Outstanding: total.Sub(a.paid.Total()), BalanceAfter: zero,
	}}
}

// ChargeView is a charge and what became of it.
type ChargeView struct {
	Ref         string       `json:"ref,omitempty"`
	Kind        string       `json:"kind"`
	Due         date.Date    `json:"due"`
	Amount      money.Amount `json:"amount"`
	Paid        money.Amount `json:"paid"`
	Waived      money.Amount `json:"waived"`
	Outstanding money.Amount `json:"outstanding"`
}

// ChargeViews is the charges of the loan; what was paid on fees covers the oldest first.
func (s State) ChargeViews() []ChargeView {
	views := make([]ChargeView, 0, len(s.Charges))
	left := s.account.paid.Fees
	for _, c := range s.Charges {
		paid := money.Min(c.Amount, left)
		left = left.Sub(paid)
		views = append(views, ChargeView{
			Ref: c.Ref, Kind: c.Kind, Due: c.Due, Amount: c.Amount, Paid: paid,
			Waived: money.Zero(s.Currency), Outstanding: c.Amount.Sub(paid),
		})
	}
	return views
}
