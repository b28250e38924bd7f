// Package borrower is the person behind a loan: who they are, their one place for an active loan,
// and the certificates they were given.
package borrower

import (
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/money"

	"github.com/google/uuid"
)

// Kinds is every event of a borrower that the log may hold.
var Kinds = fact.Table(
	fact.Of[Registered](), fact.Of[LoanStarted](), fact.Of[LoanEnded](), fact.Of[DebtCleared](),
)

// Person is what is known of a borrower. It is kept sealed.
type Person struct {
	FullName       string    `json:"full_name" doc:"as in the identity document" maxLength:"200"`
	BirthDate      date.Date `json:"birth_date"`
	DocumentNumber string    `json:"document_number" doc:"of the passport, DNI or NIE" maxLength:"40"`
	Phone          string    `json:"phone" doc:"with the country code, such as +79161234567" maxLength:"20"`
	Email          string    `json:"email,omitempty" maxLength:"254"`
	Address        string    `json:"address,omitempty" maxLength:"400"`
}

// Registered: a borrower became known to the lender. Who it is stands in the sealed part.
type Registered struct {
	Borrower uuid.UUID `json:"borrower_id"`
	Lender   string    `json:"lender"`
	On       date.Date `json:"on"`
	Person   *Person   `json:"-"`
}

// LoanStarted: a loan took the borrower's one place.
type LoanStarted struct {
	Loan   uuid.UUID `json:"loan_id"`
	Number string    `json:"number"`
	On     date.Date `json:"on"`
}

// LoanEnded: the loan that had the borrower's place left it.
type LoanEnded struct {
	Loan     uuid.UUID      `json:"loan_id"`
	Outcome  string         `json:"outcome"` // the status that the loan ended in
	On       date.Date      `json:"on"`
	SignedOn date.Date      `json:"signed_on,omitzero"` // the date of the contract, where there was one
	Currency money.Currency `json:"currency"`
	Lent     money.Amount   `json:"lent"` // zero where nothing was paid out
}

// SettledLoan is a line of a no-debt certificate.
type SettledLoan struct {
	Loan         uuid.UUID      `json:"loan_id"`
	Number       string         `json:"number"`
	ContractDate date.Date      `json:"contract_date"`
	Currency     money.Currency `json:"currency"`
	Principal    money.Amount   `json:"principal"`
	SettledOn    date.Date      `json:"settled_on"`
}

// DebtCleared: a certificate was issued that the borrower owes nothing.
type DebtCleared struct {
	Certificate string        `json:"certificate"` // its number
	Borrower    uuid.UUID     `json:"borrower_id"`
	Lender      string        `json:"lender"`
	On          date.Date     `json:"on"`
	Loans       []SettledLoan `json:"loans"`
}

func (Registered) EventType() string  { return "borrower.registered" }
func (LoanStarted) EventType() string { return "borrower.loan_started" }
func (LoanEnded) EventType() string   { return "borrower.loan_ended" }
func (DebtCleared) EventType() string { return "borrower.no_debt_certified" }

// PersonalPart is the person, who is sealed.
func (r Registered) PersonalPart() any {
	if r.Person == nil {
		return nil
	}
	return r.Person
}

// NewPart is an empty person.
func (Registered) NewPart() any { return new(Person) }
