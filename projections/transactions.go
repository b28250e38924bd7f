package projections

import (
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

var transactionsTable = table{
	name: "transactions",
	columns: `book, position, transaction_id, loan_id, type, ref, payer, value_date, booked_on, currency, amount,
		principal, interest, fees, penalty, overpaid, principal_after, recorded_at`,
}

// movement is a transaction as its event tells it.
type movement struct {
	id               uuid.UUID
	kind, ref, payer string
	valueDate        date.Date
	bookedOn         date.Date
	currency         money.Currency
	amount           money.Amount
	parts            loan.Parts // of a repayment
	overpaid         money.Amount
	principalAfter   money.Amount
}

// movementOf is the transaction that an event records; false for an event without one.
func movementOf(f fact.Fact) (movement, bool) {
	switch e := f.(type) {
	case loan.Disbursed:
		return movement{
			id: e.Transaction, kind: "disbursement", ref: e.Ref, valueDate: e.ValueDate, bookedOn: e.On,
			currency: e.Currency, amount: e.Amount, principalAfter: e.Amount,
		}, true
	case loan.Repaid:
		return movement{
			id: e.Transaction, kind: "repayment", ref: e.Ref, payer: e.From, valueDate: e.ValueDate, bookedOn: e.On,
			currency: e.Currency, amount: e.Amount, parts: e.Allocation, overpaid: e.Overpaid,
			principalAfter: e.Balance.Principal,
		}, true
	case loan.Prolonged:
		return movement{
			id: e.Transaction, kind: "prolongation", ref: e.Ref, valueDate: e.On, bookedOn: e.On,
			currency: e.Currency, amount: e.Price, principalAfter: e.Balance.Principal,
		}, true
	}
	return movement{}, false
}

func transactionRow(r *copyRows, e *eventstore.Event, m movement) {
	r.begin(18)
	r.int32(int(e.Book))
	r.int64(int64(e.Position))
	r.uuid(m.id)
	r.uuid(e.Stream)
	r.text(m.kind)
	r.text(m.ref)
	if m.payer == "" {
		r.null()
	} else {
		r.text(m.payer)
	}
	r.date(m.valueDate)
	r.date(m.bookedOn)
	r.text(m.currency.String())
	r.amount(m.amount, m.currency)
	r.amount(m.parts.Principal, m.currency)
	r.amount(m.parts.Interest, m.currency)
	r.amount(m.parts.Fees, m.currency)
	r.amount(m.parts.Penalty, m.currency)
	r.amount(m.overpaid, m.currency)
	r.amount(m.principalAfter, m.currency)
	r.time(e.RecordedAt)
}
