package projections

import "loanledger/eventstore"

var instalmentsTable = table{
	name: "instalments", byLoan: true,
	columns: `book, loan_id, nr, from_date, due_date, days, currency, principal, interest, fees, penalty, total, paid,
		paid_early, paid_late, outstanding, balance_after`,
}

// instalmentRows is the schedule of a loan that was paid out, for the date that its balances are for.
func instalmentRows(r *copyRows, book eventstore.Book, l *loanAt, last closing) {
	s := &l.state
	for _, i := range s.Schedule(l.figures(last).on) {
		r.begin(17)
		r.int32(int(book))
		r.uuid(s.ID)
		r.int32(i.Nr)
		r.date(i.From)
		r.date(i.Due)
		r.int32(i.Days)
		r.text(s.Currency.String())
		r.amount(i.Principal, s.Currency)
		r.amount(i.Interest, s.Currency)
		r.amount(i.Fees, s.Currency)
		r.amount(i.Penalty, s.Currency)
		r.amount(i.Total, s.Currency)
		r.amount(i.Paid, s.Currency)
		r.amount(i.PaidEarly, s.Currency)
		r.amount(i.PaidLate, s.Currency)
		r.amount(i.Outstanding, s.Currency)
		r.amount(i.BalanceAfter, s.Currency)
	}
}
