package ledger_test

import (
	"github.com/google/uuid"

	"loanledger/domain/borrower"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"
)

// live gives random commands on random days.
func (w *world) live() {
	for range 8 + roll(w.r, "steps", 24) {
		w.act()
		w.onePlaceEach()
	}
}

// act gives one command, or lets days pass. Loans are often taken to their payout, since little
// happens before it.
func (w *world) act() {
	switch step := roll(w.r, "step", 14); {
	case step < 4:
		w.closeDays(1 + roll(w.r, "days pass", 25))
	case step < 5 || len(w.loans) == 0:
		w.apply()
	case step < 6:
		w.certify()
	default:
		id := oneOf(w.r, "loan", w.loans...)
		if w.m.State(id).Status == loan.Requested || w.m.State(id).Status == loan.Offered || w.m.State(id).Status == loan.Agreed {
			w.early(id)
			return
		}
		w.paying(id)
	}
}

func (w *world) apply() {
	a := &ledger.Apply{
		Lender: "test", Product: oneOf(w.r, "product", "test", "test", "test", "other"),
		Principal: money.Input(oneOf(w.r, "principal", "1", "7", "333", "5000", "10000", "99999", "1000000", "1000001", "0", "x")),
		TermDays:  w.days, Borrower: &person, BorrowerID: oneOf(w.r, "borrower", w.borrowers...),
	}
	if roll(w.r, "bad term", 10) == 0 {
		a.TermDays = 0
	}
	if _, err := w.do("loan.apply", uuid.Nil, a); err == nil && sometimes(w.r, "straight to the payout") {
		id := w.loans[len(w.loans)-1]
		w.mustDo("loan.approve", id, &loan.Approve{})
		if w.product.Terms.Signature != "" {
			w.mustDo("loan.sign", id, &loan.Sign{CodeMatches: true})
		}
		w.mustDo("loan.disburse", id, &loan.Disburse{Ref: "payout"})
	}
}

// early gives a command of the time before the payout, mostly the one that fits.
func (w *world) early(id uuid.UUID) {
	switch roll(w.r, "early", 10) {
	case 0:
		w.give("loan.reject", id, &loan.Reject{Reason: "no"})
	case 1:
		w.give("loan.cancel", id, &loan.Cancel{})
	case 2:
		w.give("loan.repay", id, &loan.Repay{Amount: "1"})
	case 3, 4:
		w.give("loan.sign", id, &loan.Sign{CodeMatches: sometimes(w.r, "right code")})
	default:
		w.give("loan.approve", id, &loan.Approve{})
		w.give("loan.sign", id, &loan.Sign{CodeMatches: true})
		w.give("loan.disburse", id, &loan.Disburse{ValueDate: w.valueDate(), Ref: "payout"})
	}
}

// paying gives a command of a loan that was paid out, whether or not it fits.
func (w *world) paying(id uuid.UUID) {
	s := w.m.State(id)
	switch roll(w.r, "paying", 10) {
	case 0:
		w.give("loan.approve", id, &loan.Approve{})
	case 1:
		w.give("loan.disburse", id, &loan.Disburse{})
	case 2, 3, 4:
		w.prolong(id)
	default:
		from := oneOf(w.r, "from", "", "borrower", "merchant", "guarantor", "stranger")
		w.give("loan.repay", id, &loan.Repay{Amount: w.amount(s), ValueDate: w.valueDate(), From: from, Ref: "payment"})
	}
}

// prolong tries without a payment, and then with the one that the terms ask for.
func (w *world) prolong(id uuid.UUID) {
	days := oneOf(w.r, "days more", 7, 14, 14, 1, 30, 0, 10_979)
	_, err := w.do("loan.prolong", id, &loan.Prolong{Days: days})
	if code(err) != "prolongation_payment_required" {
		return
	}
	s, on := w.m.State(id), w.m.Business()
	owed := s.BalancesOn(on)
	due := owed.Interest.Add(owed.Fees).Add(owed.Penalty)
	for _, payment := range []money.Amount{due, due.Add(money.New(1, s.Currency)), owed.Fees} {
		if payment.IsPositive() {
			w.give("loan.prolong", id, &loan.Prolong{Days: days, Payment: money.Input(payment.In(s.Currency).String()), Ref: "longer"})
		}
	}
	if required, err := money.Parse(detail(err), s.Currency); err == nil && w.m.State(id).Prolongations == s.Prolongations {
		w.mustDo("loan.prolong", id, &loan.Prolong{Days: days, Payment: money.Input(required.String()), Ref: "longer"})
	}
}

func (w *world) give(name string, id uuid.UUID, body any) { _, _ = w.do(name, id, body) }

// certify asks for a certificate; there is one only for a borrower who owes nothing and has repaid
// something.
func (w *world) certify() {
	id := oneOf(w.r, "who", w.borrowers...)
	logged, err := w.do("borrower.certify", id, &ledger.Certify{})
	var settled int
	for _, l := range w.loans {
		s := w.m.State(l)
		if s.Borrower != id {
			continue
		}
		if err == nil && (s.Live() || s.BalancesOn(w.m.Business().AddDays(30)).Total.IsPositive()) {
			w.r.Fatalf("a certificate was issued while %s is %s", s.Number, s.Status)
		}
		if s.Status == loan.Closed || s.Status == loan.Overpaid {
			settled++
		}
	}
	if err == nil && (settled == 0 || len(logged[0].Fact.(borrower.DebtCleared).Loans) != settled) {
		w.r.Fatalf("a certificate of %d loans was issued as %+v", settled, logged[0].Fact)
	}
}

// onePlaceEach: no borrower ever has two loans on their way or active.
func (w *world) onePlaceEach() {
	taken := map[uuid.UUID]uuid.UUID{}
	for _, id := range w.loans {
		s := w.m.State(id)
		if other, is := taken[s.Borrower]; is && s.Live() {
			w.r.Fatalf("%s has two live loans, %s and %s", s.Borrower, other, id)
		}
		if s.Live() {
			taken[s.Borrower] = id
		}
	}
}
