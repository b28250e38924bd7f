package projections

import (
	"loanledger/domain/loan"
	"loanledger/eventstore"
)

var debtBalancesTable = table{
	name: "debt_balances", byLoan: true,
	columns: `book, loan_id, as_of, currency, principal, interest, fees, penalty, total, overpaid, days_past_due,
		position, updated_at`,
}

// debtBalanceRow is what is owed on a loan that was paid out, as of its figures: after the closing of
// a date an active loan stands as of that date, and after an event of its own as of the event's
// business date.
func debtBalanceRow(r *copyRows, book eventstore.Book, l *loanAt, at closing, b loan.Balances) {
	s := &l.state
	r.begin(13)
	r.int32(int(book))
	r.uuid(s.ID)
	r.date(at.on)
	r.text(s.Currency.String())
	r.amount(b.Principal, s.Currency)
	r.amount(b.Interest, s.Currency)
	r.amount(b.Fees, s.Currency)
	r.amount(b.Penalty, s.Currency)
	r.amount(b.Total, s.Currency)
	r.amount(b.Overpaid, s.Currency)
	r.int32(s.DaysPastDue(at.on))
	r.int64(int64(at.position))
	r.time(at.recordedAt)
}
