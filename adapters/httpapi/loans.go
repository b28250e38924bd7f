package httpapi

import (
	"context"
	"net/http"
	"time"

	"loanledger/domain/date"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// LoanInput names a loan.
type LoanInput struct {
	ID uuid.UUID `path:"id" doc:"the loan"`
	Freshness
}

type (
	datedInput struct {
		LoanInput
		AsOf    day       `query:"as_of" doc:"the business date of the answer; the open one by default. A later date is a forecast in which nothing more is paid."`
		KnownAt time.Time `query:"as_known_at" doc:"only what had been recorded at this moment, RFC 3339" example:"2026-01-15T12:00:00Z"`
	}
	payoffInput struct {
		LoanInput
		On day `query:"on" doc:"the day of the payment; the open business date by default"`
	}
)

// loanReading is a loan as it stands, or stood.
type loanReading struct {
	loan.View
	KnownAt time.Time `json:"as_known_at,omitzero" doc:"where it was asked for"`
	Version int64     `json:"version,omitempty" doc:"of the loan now, as in the ETag; left out of what was known at a moment"`
}

type loanOutput struct {
	ETag string `header:"ETag" doc:"the version of the loan, for If-Match"`
	Body loanReading
}

type scheduleReading struct {
	Loan     uuid.UUID         `json:"loan_id"`
	Currency money.Currency    `json:"currency"`
	AsOf     date.Date         `json:"as_of"`
	Schedule []loan.Instalment `json:"schedule" doc:"before the payout, as it would be after a payout on that date"`
	Charges  []loan.ChargeView `json:"charges"`
}

type transactionsReading struct {
	Loan         uuid.UUID          `json:"loan_id"`
	Currency     money.Currency     `json:"currency"`
	Transactions []loan.Transaction `json:"transactions"`
}

type journalReading struct {
	Loan     uuid.UUID            `json:"loan_id"`
	Currency money.Currency       `json:"currency"`
	Journal  []ledger.JournalLine `json:"journal" doc:"double entry; the lines of every ref sum to zero"`
}

type payoffReading struct {
	Loan     uuid.UUID      `json:"loan_id"`
	Status   loan.Status    `json:"status"`
	Currency money.Currency `json:"currency"`
	On       date.Date      `json:"on"`
	Amount   money.Amount   `json:"amount" doc:"closes the loan when it is paid on that day"`
	loan.Balances
}

// reading is an answer without headers of its own.
type reading[B any] struct{ Body B }

func (a *API) registerLoans() {
	get := func(path, id, summary, about string) route {
		return route{method: http.MethodGet, path: path, id: id, tag: tagLoans, summary: summary, about: about, roles: readLoans}
	}
	register(a, get("/v1/loans/{id}", "loan.read", "Read a loan", "As it stands, as it was on a business date, and as it was known at a moment."), a.readLoan)
	register(a, get("/v1/loans/{id}/schedule", "loan.schedule", "Read what is to be paid, and when", ""), a.readSchedule)
	register(a, get("/v1/loans/{id}/transactions", "loan.transactions", "Read what was paid out and paid in", ""), a.readTransactions)
	register(a, get("/v1/loans/{id}/events", "loan.events", "Read the history", "Every event of the loan, with every figure it stands for."), a.readLoanEvents)
	register(a, get("/v1/loans/{id}/journal", "loan.journal", "Read the journal", "The postings of the events, and the income of every day that was closed."), a.readJournal)
	register(a, get("/v1/loans/{id}/payoff", "loan.payoff", "Ask what closes the loan", "The amount that repays everything on a day, today or later."), a.readPayoff)
}

// loanFor is a loan that the caller may see, its version, and the business date of its lender.
func (a *API) loanFor(ctx context.Context, c Caller, in LoanInput) (loan.State, eventstore.Version, date.Date, error) {
	number, err := a.orders.Permitted(c.orders(), in.ID, loan.ErrNotFound)
	if err != nil {
		return loan.State{}, 0, date.Date{}, err
	}
	if err := a.reached(ctx, number, in.Freshness); err != nil {
		return loan.State{}, 0, date.Date{}, err
	}
	s, version, err := a.Loans.Loan(ctx, in.ID)
	if err != nil {
		return s, 0, date.Date{}, err
	}
	its, err := a.Books.BookWith(ctx, in.ID)
	return s, version, its.Business, err
}

// loanThen is a loan on a business date, as known at a moment.
func (a *API) loanThen(ctx context.Context, c Caller, in *datedInput) (loan.State, eventstore.Version, date.Date, error) {
	s, version, business, err := a.loanFor(ctx, c, in.LoanInput)
	if err != nil {
		return s, 0, business, err
	}
	on, err := in.AsOf.near(business)
	if err == nil && (!in.AsOf.IsZero() || !in.KnownAt.IsZero()) {
		s, err = a.Loans.LoanKnownAt(ctx, in.ID, on, in.KnownAt)
	}
	return s, version, on, err
}

func (a *API) readLoan(ctx context.Context, c Caller, in *datedInput) (*loanOutput, error) {
	s, version, on, err := a.loanThen(ctx, c, in)
	if err != nil {
		return nil, err
	}
	out := &loanOutput{Body: loanReading{View: s.On(on), KnownAt: in.KnownAt}}
	if in.KnownAt.IsZero() {
		out.ETag, out.Body.Version = etag(int64(version)), int64(version)
	}
	return out, nil
}

func (a *API) readSchedule(ctx context.Context, c Caller, in *datedInput) (*reading[scheduleReading], error) {
	s, _, on, err := a.loanThen(ctx, c, in)
	if err != nil {
		return nil, err
	}
	return &reading[scheduleReading]{scheduleReading{s.ID, s.Currency, on, list(s.Schedule(on)), s.ChargeViews()}}, nil
}

func (a *API) readTransactions(ctx context.Context, c Caller, in *datedInput) (*reading[transactionsReading], error) {
	s, _, _, err := a.loanThen(ctx, c, in)
	if err != nil {
		return nil, err
	}
	return &reading[transactionsReading]{transactionsReading{s.ID, s.Currency, list(s.Transactions)}}, nil
}

func (a *API) readPayoff(ctx context.Context, c Caller, in *payoffInput) (*reading[payoffReading], error) {
	s, _, business, err := a.loanFor(ctx, c, in.LoanInput)
	if err != nil {
		return nil, err
	}
	on, err := in.On.near(business)
	if err == nil && on.Before(business) {
		err = faultParameter.With("on is before the business date")
	}
	if err != nil {
		return nil, err
	}
	b := s.BalancesOn(on)
	return &reading[payoffReading]{payoffReading{s.ID, s.Status, s.Currency, on, b.Total, b}}, nil
}

// list is an empty list where there is none, so that it is written as a list.
func list[T any](l []T) []T {
	if l == nil {
		return []T{}
	}
	return l
}
