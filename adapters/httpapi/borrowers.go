package httpapi

import (
	"context"
	"net/http"
	"slices"

	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"

	"github.com/google/uuid"
)

type borrowerInput struct {
	ID uuid.UUID `path:"id" doc:"the borrower"`
	Freshness
}

// borrowerReading is a borrower; the person only for those who may know.
type borrowerReading struct {
	Borrower     uuid.UUID              `json:"borrower_id"`
	Lender       string                 `json:"lender"`
	RegisteredOn date.Date              `json:"registered_on"`
	Active       *activeLoan            `json:"active_loan,omitempty" doc:"the one loan that has not ended"`
	Settled      []borrower.SettledLoan `json:"settled_loans"`
	Certificates []issuedCertificate    `json:"certificates"`
	Version      int64                  `json:"version" doc:"as in the ETag"`
	Person       *borrower.Person       `json:"person" doc:"null where the reader may not know it, or the person has been erased"`
	PersonNote   string                 `json:"person_note,omitempty" doc:"why there is no person" enum:"not_for_this_role,erased"`
}

type activeLoan struct {
	Loan   uuid.UUID `json:"loan_id"`
	Number string    `json:"number"`
	Since  date.Date `json:"since"`
}

type issuedCertificate struct {
	Certificate string    `json:"certificate" doc:"its number"`
	On          date.Date `json:"on"`
}

type borrowerOutput struct {
	ETag string `header:"ETag" doc:"the version of the borrower, for If-Match"`
	Body borrowerReading
}

type debtReading struct {
	Borrower uuid.UUID      `json:"borrower_id"`
	Lender   string         `json:"lender"`
	AsOf     date.Date      `json:"as_of"`
	Currency money.Currency `json:"currency"`
	Total    money.Amount   `json:"total" doc:"owed on that date"`
	DebtFree bool           `json:"debt_free" doc:"nothing is owed, and no loan is on its way"`
	Loans    []loan.View    `json:"loans" doc:"that have not ended"`
}

func (a *API) registerBorrowers() {
	get := func(path, id, summary, about string) route {
		return route{method: http.MethodGet, path: path, id: id, tag: tagBorrowers, summary: summary, about: about, roles: readLoans}
	}
	register(a, get("/v1/borrowers/{id}", "borrower.read", "Read a borrower", "Personal data is for services and operators only."), a.readBorrower)
	register(a, get("/v1/borrowers/{id}/debt", "borrower.debt", "Read what a borrower owes", "On the open business date."), a.readDebt)
}

// borrowerFor is a borrower whom the caller may see.
func (a *API) borrowerFor(ctx context.Context, c Caller, in *borrowerInput) (borrower.State, int64, error) {
	number, err := a.orders.Permitted(c.orders(), in.ID, borrower.ErrNotFound)
	if err != nil {
		return borrower.State{}, 0, err
	}
	if err := a.reached(ctx, number, in.Freshness); err != nil {
		return borrower.State{}, 0, err
	}
	s, version, err := a.Books.Borrower(ctx, in.ID)
	return s, int64(version), err
}

func (a *API) readBorrower(ctx context.Context, c Caller, in *borrowerInput) (*borrowerOutput, error) {
	s, version, err := a.borrowerFor(ctx, c, in)
	if err != nil {
		return nil, err
	}
	person, note, err := a.personFor(ctx, c, s.ID)
	if err != nil {
		return nil, err
	}
	body := borrowerReading{
		Borrower: s.ID, Lender: s.Lender, RegisteredOn: s.RegisteredOn, Settled: list(s.Settled),
		Certificates: make([]issuedCertificate, 0, len(s.Certificates)), Version: version,
		Person: person, PersonNote: note,
	}
	if s.Active != nil {
		body.Active = &activeLoan{s.Active.Loan, s.Active.Number, s.Active.On}
	}
	for _, issued := range s.Certificates {
		body.Certificates = append(body.Certificates, issuedCertificate{issued.Certificate, issued.On})
	}
	return &borrowerOutput{ETag: etag(version), Body: body}, nil
}

// personFor is who a borrower is, for a caller who may know; otherwise why that is not said.
func (a *API) personFor(ctx context.Context, c Caller, id uuid.UUID) (p *borrower.Person, note string, err error) {
	if !knowsPeople(c) {
		return nil, "not_for_this_role", nil
	}
	who, there, err := a.Person(ctx, id)
	if err == nil && !there {
		return nil, "erased", nil
	}
	return &who, "", err
}

// knowsPeople reports whether a caller works with personal data.
func knowsPeople(c Caller) bool {
	return slices.Contains([]ledger.Role{ledger.Service, ledger.Operator}, c.Role)
}

func (a *API) readDebt(ctx context.Context, c Caller, in *borrowerInput) (*reading[debtReading], error) {
	s, _, err := a.borrowerFor(ctx, c, in)
	if err != nil {
		return nil, err
	}
	b, err := a.Books.BookWith(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	zero := money.Zero(b.Lender.Currency)
	body := debtReading{
		Borrower: s.ID, Lender: s.Lender, AsOf: b.Business, Currency: b.Lender.Currency, Total: zero,
		DebtFree: s.Active == nil, Loans: []loan.View{},
	}
	if s.Active != nil {
		l, _, err := a.Loans.Loan(ctx, s.Active.Loan)
		if err != nil {
			return nil, err
		}
		view := l.On(b.Business)
		body.Loans, body.Total = append(body.Loans, view), zero.Add(view.Balances.Total)
	}
	return &reading[debtReading]{body}, nil
}
