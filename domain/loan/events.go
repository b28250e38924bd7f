package loan

import (
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/money"
	"loanledger/domain/product"

	"github.com/google/uuid"
)

// Kinds is every event of a loan that the log may hold.
var Kinds = fact.Table(
	fact.Of[Applied](), fact.Of[Approved](), fact.Of[Rejected](), fact.Of[Cancelled](), fact.Of[OfferExpired](),
	fact.Of[SigningFailed](), fact.Of[Signed](), fact.Of[Disbursed](), fact.Of[Repaid](), fact.Of[Prolonged](),
	fact.Of[FellDue](), fact.Of[FellOverdue](), fact.Of[PenaltyStarted](), fact.Of[CostCapReached](), fact.Of[Settled](),
)

// Parts is an amount by the parts of a debt.
type Parts struct {
	Principal money.Amount `json:"principal"`
	Interest  money.Amount `json:"interest"`
	Fees      money.Amount `json:"fees"`
	Penalty   money.Amount `json:"penalty"`
}

// Total is the sum of the parts.
func (p Parts) Total() money.Amount { return money.Sum(p.Principal, p.Interest, p.Fees, p.Penalty) }

func (p Parts) add(q Parts) Parts {
	return Parts{p.Principal.Add(q.Principal), p.Interest.Add(q.Interest), p.Fees.Add(q.Fees), p.Penalty.Add(q.Penalty)}
}

// Accrued is the interest and the penalty of all days up to and with a date.
type Accrued struct {
	Through  date.Date    `json:"through"`
	Interest money.Amount `json:"interest"`
	Penalty  money.Amount `json:"penalty"`
	// AtMaturity is the interest of the days up to the due date, where Through is after it.
	AtMaturity money.Amount `json:"at_maturity,omitzero"`
}

// Recognised is the income that an event adds to what the closings of days have recognised before
// it. It is negative where an earlier value date takes income back.
type Recognised struct {
	Interest money.Amount `json:"interest"`
	Fees     money.Amount `json:"fees"`
	Penalty  money.Amount `json:"penalty"`
}

// Applied: a borrower asked for a loan on the terms of a product's version.
type Applied struct {
	Loan           uuid.UUID      `json:"loan_id"`
	Number         string         `json:"number"`
	Lender         string         `json:"lender"`
	Borrower       uuid.UUID      `json:"borrower_id"`
	Product        string         `json:"product"`
	ProductVersion int            `json:"product_version"`
	OfferDays      int            `json:"offer_days"`
	Terms          product.Terms  `json:"terms"` // as the law resolves them on the date
	Currency       money.Currency `json:"currency"`
	Principal      money.Amount   `json:"principal"`
	TermDays       int            `json:"term_days"`
	On             date.Date      `json:"on"`
}

// Approved: the lender offers the loan, up to and with a date.
type Approved struct {
	On         date.Date `json:"on"`
	OfferUntil date.Date `json:"offer_until"`
}

// Rejected: the lender does not offer the loan.
type Rejected struct {
	On     date.Date `json:"on"`
	Reason string    `json:"reason,omitempty"`
}

// Cancelled: the loan was given up before the payout.
type Cancelled struct {
	On     date.Date `json:"on"`
	Reason string    `json:"reason,omitempty"`
}

// OfferExpired: the offer was not taken up in time.
type OfferExpired struct {
	On date.Date `json:"on"`
}

// SigningFailed: a wrong code was given for the signature.
type SigningFailed struct {
	On      date.Date `json:"on"`
	Attempt int       `json:"attempt"`
}

// Signed: the borrower signed the agreement.
type Signed struct {
	On     date.Date `json:"on"`
	Method string    `json:"method"` // code
}

// Disbursed: the principal was paid out.
type Disbursed struct {
	Transaction uuid.UUID      `json:"transaction_id"`
	Ref         string         `json:"ref,omitempty"`
	On          date.Date      `json:"on"`
	ValueDate   date.Date      `json:"value_date"`
	Currency    money.Currency `json:"currency"`
	Amount      money.Amount   `json:"amount"`
	Due         date.Date      `json:"due"`
	Price       money.Amount   `json:"price"` // the fixed price of the term; zero where interest runs by the day
	Fees        money.Amount   `json:"fees"`
	Recognised  Recognised     `json:"recognised"`
}

// Repaid: money came in for the loan.
type Repaid struct {
	Transaction uuid.UUID      `json:"transaction_id"`
	Ref         string         `json:"ref,omitempty"`
	On          date.Date      `json:"on"`
	ValueDate   date.Date      `json:"value_date"`
	Currency    money.Currency `json:"currency"`
	Amount      money.Amount   `json:"amount"`
	From        string         `json:"from"` // borrower | merchant | guarantor
	Allocation  Parts          `json:"allocation"`
	Overpaid    money.Amount   `json:"overpaid"` // what was more than the debt
	Accrued     Accrued        `json:"accrued"`
	Recognised  Recognised     `json:"recognised"`
	Balance     Parts          `json:"balance"` // owed on the value date, after the payment
}

// Prolonged: the due date moved.
type Prolonged struct {
	Transaction uuid.UUID      `json:"transaction_id"`
	Ref         string         `json:"ref,omitempty"`
	On          date.Date      `json:"on"`
	Currency    money.Currency `json:"currency"`
	Days        int            `json:"days"`
	DueBefore   date.Date      `json:"due_before"`
	Due         date.Date      `json:"due"`
	Price       money.Amount   `json:"price"`
	Accrued     Accrued        `json:"accrued"`
	Recognised  Recognised     `json:"recognised"`
	Balance     Parts          `json:"balance"`
}

// FellDue: the due date ended and the debt was not repaid.
type FellDue struct {
	On   date.Date `json:"on"`
	Due  date.Date `json:"due"`
	Owed Parts     `json:"owed"`
}

// FellOverdue: the first day after the due date ended and the debt was not repaid.
type FellOverdue struct {
	On   date.Date `json:"on"`
	Due  date.Date `json:"due"`
	Owed Parts     `json:"owed"`
}

// PenaltyStarted: the first penalty accrued.
type PenaltyStarted struct {
	On      date.Date    `json:"on"`
	Penalty money.Amount `json:"penalty"`
}

// CostCapReached: interest, penalties and fees came to the cap; nothing accrues any more.
type CostCapReached struct {
	On  date.Date    `json:"on"`
	Cap money.Amount `json:"cap"`
}

// Settled: nothing is owed any more.
type Settled struct {
	On       date.Date `json:"on"` // the value date of what settled it
	BookedOn date.Date `json:"booked_on"`
	Early    bool      `json:"early"` // before the due date
}

func (Applied) EventType() string        { return "loan.applied" }
func (Approved) EventType() string       { return "loan.approved" }
func (Rejected) EventType() string       { return "loan.rejected" }
func (Cancelled) EventType() string      { return "loan.cancelled" }
func (OfferExpired) EventType() string   { return "loan.offer_expired" }
func (SigningFailed) EventType() string  { return "loan.signing_failed" }
func (Signed) EventType() string         { return "loan.signed" }
func (Disbursed) EventType() string      { return "loan.disbursed" }
func (Repaid) EventType() string         { return "loan.repaid" }
func (Prolonged) EventType() string      { return "loan.prolonged" }
func (FellDue) EventType() string        { return "loan.fell_due" }
func (FellOverdue) EventType() string    { return "loan.fell_overdue" }
func (PenaltyStarted) EventType() string { return "loan.penalty_started" }
func (CostCapReached) EventType() string { return "loan.cost_cap_reached" }
func (Settled) EventType() string        { return "loan.settled" }
