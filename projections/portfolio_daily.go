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
	income                        map[chart.Account]money.Amount
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
		case chart.InterestIncome, chart.FeeIncome, chart.PenaltyIncome:
			f.income[l.Account] = f.income[l.Account].Add(l.Credit).Sub(l.Debit)
		}
	}
}

// portfolio is the active loans of one currency at the end of a date.
type portfolio struct {
	active, overdue int
	owed            loan.Balances
	late            [4]money.Amount // principal 1-30, 31-60, 61-90 and more days past due
}

func (p *portfolio) add(b loan.Balances, daysPastDue int) {
	p.active++
	o := &p.owed
	o.Principal, o.Interest = o.Principal.Add(b.Principal), o.Interest.Add(b.Interest)
	o.Fees, o.Penalty, o.Total = o.Fees.Add(b.Fees), o.Penalty.Add(b.Penalty), o.Total.Add(b.Total)
	if daysPastDue > 0 {
		p.overdue++
		bucket := min((daysPastDue-1)/30, len(p.late)-1)
		p.late[bucket] = p.late[bucket].Add(b.Principal)
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
	r.amount(f.income[chart.InterestIncome], c)
	r.amount(f.income[chart.FeeIncome], c)
	r.amount(f.income[chart.PenaltyIncome], c)
	r.int32(f.disbursements)
	r.amount(f.lent, c)
	r.int32(f.repayments)
	r.amount(f.repaid, c)
	r.amount(f.repaidPrincipal, c)
	r.int64(int64(day.position))
	r.time(day.recordedAt)
}
