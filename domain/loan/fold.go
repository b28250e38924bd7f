package loan

import (
	"fmt"
	"slices"

	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/money"
	"loanledger/domain/product"
)

// Fold is the state after an event. It panics on an event that is not a loan's.
func (s State) Fold(f fact.Fact) State {
	switch e := f.(type) {
	case Applied:
		return applied(e)
	case Approved:
		s.Status, s.ApprovedOn, s.OfferUntil = Offered, e.On, e.OfferUntil
	case Rejected:
		s.Status, s.EndedOn, s.Reason = Refused, e.On, e.Reason
	case Cancelled:
		s.Status, s.EndedOn, s.Reason = Withdrawn, e.On, e.Reason
	case OfferExpired:
		s.Status, s.EndedOn = Expired, e.On
	case SigningFailed:
		s.SigningTries = e.Attempt
	case Signed:
		s.Status, s.SignedOn = Agreed, e.On
	case Disbursed:
		s.disbursed(&e)
	case Repaid:
		s.repaid(&e)
	case Prolonged:
		s.prolonged(&e)
	case FellDue:
		s.flags.due = true
	case FellOverdue:
		s.flags.overdue = true
	case PenaltyStarted:
		s.flags.penalty = true
	case CostCapReached:
		s.flags.capped = true
	case Settled:
		s.Status, s.EndedOn = Closed, e.On
		if s.account.overpaid.IsPositive() {
			s.Status = Overpaid
		}
	default:
		panic(fmt.Sprintf("loan: unknown event %s", f.EventType()))
	}
	return s
}

func applied(e Applied) State {
	return State{
		ID: e.Loan, Number: e.Number, Lender: e.Lender, Borrower: e.Borrower,
		Product: e.Product, ProductVersion: e.ProductVersion, OfferDays: e.OfferDays,
		Terms: e.Terms, Currency: e.Currency, Principal: e.Principal.In(e.Currency), TermDays: e.TermDays,
		Status: Requested, AppliedOn: e.On,
	}
}

// The folds of the events of money change the state that they are given, which is Fold's own.

func (s *State) disbursed(e *Disbursed) {
	zero := money.Zero(s.Currency)
	lent := e.Amount.In(s.Currency)
	from := e.ValueDate
	if s.Terms.Interest.FirstDayIncluded() {
		from = from.AddDays(-1)
	}
	s.Status, s.DisbursedOn = Active, e.ValueDate
	s.account = account{
		lent: lent, paidOut: e.ValueDate, due: e.Due, principal: lent, spanFrom: from,
		closed: Accrued{Through: from, Interest: zero, Penalty: zero, AtMaturity: zero},
		price:  e.Price.In(s.Currency), fees: e.Fees.In(s.Currency),
		paid:     Parts{zero, zero, zero, zero},
		overpaid: zero, paidEarly: zero, paidLate: zero,
		recognised: e.Recognised, recogDay: e.On,
	}
	if s.Terms.Interest.Method == product.FixedFee && s.Terms.Prepayment.Interest == "full_period" {
		s.account.closed.Interest = s.account.price
	}
	s.charged(e.Ref, e.ValueDate, e.Fees)
	s.transacted(Transaction{
		ID: e.Transaction, Ref: e.Ref, Type: "disbursement", Date: e.ValueDate, BookedOn: e.On, Amount: lent,
	}, Parts{}, zero)
}

func (s *State) repaid(e *Repaid) {
	s.received(e)
	s.transacted(Transaction{
		ID: e.Transaction, Ref: e.Ref, Type: "repayment", Date: e.ValueDate, BookedOn: e.On, Amount: e.Amount.In(s.Currency),
	}, e.Allocation, e.Overpaid)
}

// received is what a payment does to the account.
func (s *State) received(e *Repaid) {
	was := s.recognisedBefore(e.On)
	a := &s.account
	a.paid = a.paid.add(e.Allocation)
	a.principal = a.principal.Sub(e.Allocation.Principal)
	a.overpaid = a.overpaid.Add(e.Overpaid)
	switch amount := e.Amount.In(s.Currency); {
	case e.ValueDate.Before(a.due):
		a.paidEarly = a.paidEarly.Add(amount).Sub(e.Overpaid)
	case e.ValueDate.After(a.due):
		a.paidLate = a.paidLate.Add(amount).Sub(e.Overpaid)
	}
	if !e.Allocation.Principal.IsZero() {
		s.spanEnded(e.Accrued)
	}
	s.recorded(was, e.Recognised, e.On)
}

func (s *State) prolonged(e *Prolonged) {
	was := s.recognisedBefore(e.On)
	s.spanEnded(e.Accrued)
	s.account.due = e.Due
	s.account.closed.AtMaturity = money.Zero(s.Currency)
	s.account.fees = s.account.fees.Add(e.Price)
	s.Prolongations++
	s.flags.due, s.flags.overdue = false, false
	s.recorded(was, e.Recognised, e.On)
	s.charged(e.Ref, e.On, e.Price)
	s.transacted(Transaction{
		ID: e.Transaction, Ref: e.Ref, Type: "prolongation", Date: e.On, BookedOn: e.On, Amount: e.Price.In(s.Currency),
	}, Parts{}, money.Zero(s.Currency))
}

// spanEnded closes the open span with the figures that the event recorded for it.
func (s *State) spanEnded(acc Accrued) {
	s.account.closed, s.account.spanFrom = acc, date.Later(acc.Through, s.account.spanFrom)
}

// recorded adds the income that an event of a business date recognises to all that was recognised
// before it, by events and by the closings of days.
func (s *State) recorded(was, r Recognised, on date.Date) {
	s.account.recognised = Recognised{was.Interest.Add(r.Interest), was.Fees.Add(r.Fees), was.Penalty.Add(r.Penalty)}
	s.account.recogDay = on
}

func (s *State) charged(ref string, due date.Date, amount money.Amount) {
	if !amount.IsZero() {
		// Other states share the list: it grows in memory of its own.
		s.Charges = append(slices.Clip(s.Charges), Charge{Ref: ref, Kind: "fee", Due: due, Amount: amount.In(s.Currency)})
	}
}

func (s *State) transacted(t Transaction, p Parts, overpaid money.Amount) {
	zero := money.Zero(s.Currency)
	t.Principal, t.Interest, t.Fees, t.Penalty = zero.Add(p.Principal), zero.Add(p.Interest), zero.Add(p.Fees), zero.Add(p.Penalty)
	t.Overpaid, t.BalanceAfter = zero.Add(overpaid), s.account.principal
	s.Transactions, s.room = with(s.Transactions, s.room, t)
	s.account.lastMoney = date.Later(s.account.lastMoney, t.Date)
}
