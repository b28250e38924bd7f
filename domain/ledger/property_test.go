package ledger_test

import (
	"testing"

	"pgregory.net/rapid"

	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/domain/money"
)

func code(err error) string {
	if r, _, ok := fact.Explain(err); ok {
		return r.Code
	}
	return ""
}

// detail is the first word of a refusal's detail.
func detail(err error) string {
	_, text, _ := fact.Explain(err)
	for i, c := range text {
		if c == ' ' {
			return text[:i]
		}
	}
	return text
}

// TestLives: in any life of any loans, refusals change nothing, payments are the sum of their parts,
// the books agree with the loans at every end of a day, no borrower has two live loans, certificates
// tell the truth; and after it, all of what follows holds.
func TestLives(t *testing.T) {
	for name, backdated := range map[string]bool{"as it happens": false, "back-dated": true} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(r *rapid.T) {
				w := newWorld(r, backdated)
				w.live()
				w.closeDays(1)
				for _, id := range w.loans {
					s := w.m.State(id)
					w.withinTheCap(s)
					w.nothingNegative(s)
					w.sameFromTheLog(s)
					w.audit.journal(r, w.m, id)
				}
				w.pastIsUnchanged()
				if !backdated {
					w.pastIsKnown()
				}
				w.payOff()
			})
		})
	}
}

// withinTheCap: charges never pass the cap, however long nothing is paid.
func (w *world) withinTheCap(s loan.State) {
	if s.Terms.CostCap == nil || s.DisbursedOn.IsZero() {
		return
	}
	limit := s.Principal.Percent(s.Terms.CostCap.PercentOfPrincipal, money.Down)
	for _, later := range []int{0, 1, 10, 100, 1000} {
		c := s.ChargesOn(w.m.Business().AddDays(later))
		if sum := money.Sum(c.Interest, c.Fees, c.Penalty); limit.Less(sum) {
			w.r.Fatalf("charges of %s are over the cap of %s, %d days later: %+v", sum, limit, later, c)
		}
	}
}

// nothingNegative, and nothing that is owed ever falls by itself.
func (w *world) nothingNegative(s loan.State) {
	last := s.BalancesOn(w.m.Business())
	for later := range 100 {
		b := s.BalancesOn(w.m.Business().AddDays(later * later / 10))
		for _, pair := range [][2]money.Amount{
			{last.Principal, b.Principal}, {last.Interest, b.Interest}, {last.Fees, b.Fees}, {last.Penalty, b.Penalty}, {last.Total, b.Total}, {last.Overpaid, b.Overpaid},
		} {
			if pair[1].IsNegative() || pair[1].Less(pair[0]) {
				w.r.Fatalf("%d days later %+v becomes %+v", later*later/10, last, b)
			}
		}
		last = b
	}
}

// sameFromTheLog: a loan that is read from its stored events is the loan that made them, on every date.
func (w *world) sameFromTheLog(s loan.State) {
	var read loan.State
	for _, f := range factsOf(w.m, s.ID) {
		stored, err := loan.Kinds.Encode(f)
		if err != nil {
			w.r.Fatal(err)
		}
		again, err := loan.Kinds.Decode(stored.Type, stored.Schema, stored.Data)
		if err != nil {
			w.r.Fatalf("%s: %v", stored.Data, err)
		}
		twice, err := loan.Kinds.Encode(again)
		if err != nil || string(twice.Data) != string(stored.Data) {
			w.r.Fatalf("%s is stored again as %s, %v", stored.Data, twice.Data, err)
		}
		read = read.Fold(again)
	}
	for later := range 40 {
		on := w.m.Business().AddDays(later * later / 4)
		if a, b := pictureOf(w.r, s, on), pictureOf(w.r, read, on); a != b {
			w.r.Fatalf("on %s the loan is\n%s\nand read from the log\n%s", on, a, b)
		}
		if a, b := s.IncomeOfDay(on), read.IncomeOfDay(on); a.Interest.Cmp(b.Interest) != 0 || a.Penalty.Cmp(b.Penalty) != 0 || a.Fees.Cmp(b.Fees) != 0 {
			w.r.Fatalf("on %s the loan earns %+v, and read from the log %+v", on, a, b)
		}
	}
}

// pastIsUnchanged: a state that was seen once is what it was, whatever was folded on it since.
func (w *world) pastIsUnchanged() {
	for _, was := range w.seen {
		if now := pictureOf(w.r, was.state, was.on); now != was.text {
			w.r.Fatalf("a state of %s has changed from\n%s\nto\n%s", was.on, was.text, now)
		}
	}
}

// pastIsKnown: the events alone tell of any past date what was true when it ended.
func (w *world) pastIsKnown() {
	for _, was := range w.seen {
		s := loan.StateAsOf(factsOf(w.m, was.state.ID), was.on)
		if now := pictureOf(w.r, s, was.on); now != was.text {
			w.r.Fatalf("on %s the loan was\n%s\nand as of that date it is\n%s", was.on, was.text, now)
		}
	}
}

// payOff pays what is owed, to the minor unit: every loan closes, and the money that came in is what
// was lent, what it cost, and what was too much.
func (w *world) payOff() {
	for _, id := range w.loans {
		s := w.m.State(id)
		if s.Status == loan.Active {
			w.mustDo("loan.repay", id, &loan.Repay{Amount: money.Input(s.BalancesOn(w.m.Business()).Total.String())})
			if s = w.m.State(id); s.Status != loan.Closed {
				w.r.Fatalf("paying all that is owed leaves the loan %s owing %+v", s.Status, s.BalancesOn(w.m.Business()))
			}
		}
		if s.DisbursedOn.IsZero() {
			continue
		}
		c := s.ChargesOn(w.m.Business())
		if out := money.Sum(s.Principal, c.Interest, c.Fees, c.Penalty, w.audit.over[id]); out.Cmp(w.audit.paid[id]) != 0 {
			w.r.Fatalf("%s was paid, and %s is accounted for", w.audit.paid[id], out)
		}
		p := w.audit.parts[id]
		if p.Principal.Cmp(s.Principal) != 0 || p.Interest.Cmp(c.Interest) != 0 || p.Fees.Cmp(c.Fees) != 0 || p.Penalty.Cmp(c.Penalty) != 0 {
			w.r.Fatalf("paid %+v of the principal of %s and of %+v", p, s.Principal, c)
		}
	}
	w.closeDays(1)
	for _, id := range w.loans {
		if owed := w.m.State(id).BalancesOn(w.m.Business().AddDays(365)).Total; !owed.IsZero() {
			w.r.Fatalf("a loan that ended owes %s a year later", owed)
		}
	}
}
