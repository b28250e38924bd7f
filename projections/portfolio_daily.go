package projections

import (
	"loanledger/domain/chart"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/eventstore"
)

var portfolioDailyTable = table{
	name: "portfolio_daily",
	columns: `book, day, currency, active_loans, principal, interest, fees, penalty, total, overdue_loans,
		overdue_1_30, overdue_31_60, overdue_61_90, overdue_over_90, interest_income, fee_income, penalty_income,
		disbursements, lent, repayments, repaid, repaid_principal, position, recorded_at`,
}

// flows is what happened since the last closing, in one currency.
type flows struct {
	interest, fees, penalty       money.Amount // recognised as income
	disbursements, repayments     int
	lent, repaid, repaidPrincipal money.Amount
}

func (f *flows) moved(m movement) {
	switch m.kind {
	case "disbursement":
		f.disbursements++
		f.lent = f.lent.Add(m.amount)
	case "repayment":
		f.repayments++
		f.repaid, f.repaidPrincipal = f.repaid.Add(m.amount), f.repaidPrincipal.Add(m.parts.Principal)
	}
}

func (f *flows) posted(lines []chart.Line) {
	for _, l := range lines {
		switch l.Account {
		case chart.InterestIncome:
			f.interest = f.interest.Add(l.Credit).Sub(l.Debit)
		case chart.FeeIncome:
			f.fees = f.fees.Add(l.Credit).Sub(l.Debit)
		case chart.PenaltyIncome:
			f.penalty = f.penalty.Add(l.Credit).Sub(l.Debit)
		}
	}
}

func (f *flows) add(o *flows) {
	f.interest, f.fees, f.penalty = f.interest.Add(o.interest), f.fees.Add(o.fees), f.penalty.Add(o.penalty)
	f.disbursements, f.repayments = f.disbursements+o.disbursements, f.repayments+o.repayments
	f.lent, f.repaid, f.repaidPrincipal = f.lent.Add(o.lent), f.repaid.Add(o.repaid), f.repaidPrincipal.Add(o.repaidPrincipal)
}

// portfolio is the active loans of one currency at the end of a date.
type portfolio struct {
	active, overdue int
	owed            loan.Balances
	late            [4]money.Amount // principal 1-30, 31-60, 61-90 and more days past due
}

// hold adds a loan.
func (p *portfolio) hold(b loan.Balances, daysPastDue int) {
	p.active++
	p.owe(b)
	if daysPastDue > 0 {
		p.overdue++
		bucket := min((daysPastDue-1)/30, len(p.late)-1)
		p.late[bucket] = p.late[bucket].Add(b.Principal)
	}
}

func (p *portfolio) owe(b loan.Balances) {
	o := &p.owed
	o.Principal, o.Interest = o.Principal.Add(b.Principal), o.Interest.Add(b.Interest)
	o.Fees, o.Penalty, o.Total = o.Fees.Add(b.Fees), o.Penalty.Add(b.Penalty), o.Total.Add(b.Total)
}

func (p *portfolio) add(o *portfolio) {
	p.active, p.overdue = p.active+o.active, p.overdue+o.overdue
	p.owe(o.owed)
	for i := range p.late {
		p.late[i] = p.late[i].Add(o.late[i])
	}
}

// totals is what the row of a day adds up, by currency: what happened since the closing before, and,
// from the closing on, what was held at it.
type totals struct {
	flows map[money.Currency]*flows
	held  map[money.Currency]*portfolio
}

func newTotals() *totals {
	return &totals{flows: map[money.Currency]*flows{}, held: map[money.Currency]*portfolio{}}
}

func (t *totals) flowsIn(c money.Currency) *flows {
	f := t.flows[c]
	if f == nil {
		f = &flows{}
		t.flows[c] = f
	}
	return f
}

func (t *totals) heldIn(c money.Currency) *portfolio {
	h := t.held[c]
	if h == nil {
		h = &portfolio{}
		t.held[c] = h
	}
	return h
}

func (t *totals) add(o *totals) {
	for c, f := range o.flows {
		t.flowsIn(c).add(f)
	}
	for c, h := range o.held {
		t.heldIn(c).add(h)
	}
}

func portfolioRow(r *copyRows, book eventstore.Book, day closing, c money.Currency, p *portfolio, f *flows) {
	r.begin(24)
	r.int32(int(book))
	r.date(day.on)
	r.text(c.String())
	r.int32(p.active)
	r.amount(p.owed.Principal, c)
	r.amount(p.owed.Interest, c)
	r.amount(p.owed.Fees, c)
	r.amount(p.owed.Penalty, c)
	r.amount(p.owed.Total, c)
	r.int32(p.overdue)
	for _, late := range p.late {
		r.amount(late, c)
	}
	r.amount(f.interest, c)
	r.amount(f.fees, c)
	r.amount(f.penalty, c)
	r.int32(f.disbursements)
	r.amount(f.lent, c)
	r.int32(f.repayments)
	r.amount(f.repaid, c)
	r.amount(f.repaidPrincipal, c)
	r.int64(int64(day.position))
	r.time(day.recordedAt)
}
