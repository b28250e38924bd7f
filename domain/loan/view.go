package loan

import (
	"loanledger/domain/date"
	"loanledger/domain/money"

	"github.com/google/uuid"
)

// Balances is what is owed, by its parts, and what was paid too much.
type Balances struct {
	Principal money.Amount `json:"principal"`
	Interest  money.Amount `json:"interest"`
	Fees      money.Amount `json:"fees"`
	Penalty   money.Amount `json:"penalty"`
	Total     money.Amount `json:"total"`
	Overpaid  money.Amount `json:"overpaid"`
}

// View is a loan as its owner sees it on a business date.
type View struct {
	Loan           uuid.UUID      `json:"loan_id"`
	Number         string         `json:"number" doc:"the number of the agreement"`
	Lender         string         `json:"lender"`
	Borrower       uuid.UUID      `json:"borrower_id"`
	Product        string         `json:"product"`
	ProductVersion int            `json:"product_version"`
	Status         Status         `json:"status" enum:"applied,approved,signed,active,closed,overpaid,rejected,cancelled,expired"`
	Currency       money.Currency `json:"currency"`
	Principal      money.Amount   `json:"principal" doc:"the amount asked for, and lent"`
	TermDays       int            `json:"term_days"`
	AppliedOn      date.Date      `json:"applied_on"`
	OfferUntil     date.Date      `json:"offer_until,omitzero"`
	SignedOn       date.Date      `json:"signed_on,omitzero"`
	DisbursedOn    date.Date      `json:"disbursed_on,omitzero"`
	Due            date.Date      `json:"due_date,omitzero"`
	EndedOn        date.Date      `json:"ended_on,omitzero"`
	Reason         string         `json:"reason,omitempty"`
	AsOf           date.Date      `json:"as_of" doc:"the business date of the balances"`
	Balances       Balances       `json:"balances"`
	DaysPastDue    int            `json:"days_past_due"`
	Prolongations  int            `json:"prolongations"`
}

// On is the loan seen on a business date: a date after its last event is a forecast in which nothing
// more is paid.
func (s State) On(on date.Date) View {
	return View{
		Loan: s.ID, Number: s.Number, Lender: s.Lender, Borrower: s.Borrower, Product: s.Product,
		ProductVersion: s.ProductVersion, Status: s.Status, Currency: s.Currency, Principal: s.Principal,
		TermDays: s.TermDays, AppliedOn: s.AppliedOn, OfferUntil: s.OfferUntil, SignedOn: s.SignedOn,
		DisbursedOn: s.DisbursedOn, Due: s.account.due, EndedOn: s.EndedOn, Reason: s.Reason, AsOf: on,
		Balances: s.BalancesOn(on), DaysPastDue: s.DaysPastDue(on), Prolongations: s.Prolongations,
	}
}

// BalancesOn is what is owed on a date.
func (s State) BalancesOn(on date.Date) Balances {
	zero := money.Zero(s.Currency)
	b := Balances{zero, zero, zero, zero, zero, zero}
	if s.DisbursedOn.IsZero() {
		return b
	}
	p := s.owed(on)
	return Balances{p.Principal, p.Interest, p.Fees, p.Penalty, p.Total(), s.account.overpaid}
}

// DaysPastDue is the number of days since the due date on which a debt is still there.
func (s State) DaysPastDue(on date.Date) int {
	if s.Status != Active || !on.After(s.account.due) {
		return 0
	}
	return on.Sub(s.account.due)
}

// ChargesOn is what interest, fees and penalties have come to by a date, paid or not.
func (s State) ChargesOn(on date.Date) Recognised {
	acc := s.accrued(on)
	return Recognised{Interest: acc.Interest, Fees: s.account.fees, Penalty: acc.Penalty}
}
