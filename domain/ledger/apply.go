package ledger

import (
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/loan"
	"loanledger/domain/money"

	"github.com/google/uuid"
)

// Apply asks for a loan, for a borrower who is known or is made known with it.
type Apply struct {
	Lender     string           `json:"lender" doc:"the lender's code" example:"smartcash"`
	Product    string           `json:"product" doc:"the product's code" example:"payday"`
	Principal  money.Input      `json:"principal" doc:"in major units" example:"10000.00"`
	Currency   string           `json:"currency,omitempty" doc:"where given, it must be the currency of the product" example:"RUB"`
	TermDays   int              `json:"term_days" example:"15"`
	Borrower   *borrower.Person `json:"borrower,omitempty" doc:"a person; made known to the lender where they are not"`
	BorrowerID uuid.UUID        `json:"borrower_id,omitzero" doc:"a borrower who is known, in place of borrower"`
}

// ErrWhoApplies is returned for an application of nobody, or of two.
var ErrWhoApplies = fact.Refuse(fact.Invalid, "borrower_missing", "An application has either a borrower or a borrower_id.")

// LoanID is the identifier of the loan that an application creates.
func LoanID(b ident.Book, command uuid.UUID) uuid.UUID {
	return ident.Derive(b, "loan", command[:])
}

// NewBorrowerID is the identifier that a borrower gets who is made known by a command.
func NewBorrowerID(b ident.Book, command uuid.UUID) uuid.UUID {
	return ident.Derive(b, "borrower", command[:])
}

// apply expects BorrowerID to be set for a person too: who that is was found before.
func apply(s Streams, m Moment, _ uuid.UUID, body any) error {
	a := body.(*Apply)
	id := LoanID(m.Book, m.Command)
	l, err := s.Loan(id)
	if err != nil {
		return err
	}
	if a.BorrowerID == uuid.Nil {
		return ErrWhoApplies
	}
	b, err := s.Borrower(a.BorrowerID)
	if err != nil {
		return err
	}
	books, err := s.Book()
	if err != nil {
		return err
	}
	offered, ok := books.Product(a.Product)
	if !ok {
		return book.ErrProductUnknown
	}
	number := ident.Number(books.Lender.NumberPrefix, id)
	facts, err := loan.Decide(l, loan.Apply{
		Loan: id, Number: number, Lender: books.Lender.Code, Borrower: a.BorrowerID, Product: offered.Product,
		ProductVersion: offered.Version, Principal: a.Principal, Currency: a.Currency, TermDays: a.TermDays,
	}, m)
	if err != nil {
		return err
	}
	if err := makeKnown(s, b, a, books.Lender.Code, m); err != nil {
		return err
	}
	if b, err = s.Borrower(a.BorrowerID); err != nil {
		return err
	}
	place, err := borrower.TakePlace(b, id, number, m.On)
	if err != nil {
		return err
	}
	if err := s.RecordLoan(id, facts...); err != nil {
		return err
	}
	return s.RecordBorrower(a.BorrowerID, place...)
}

func makeKnown(s Streams, b borrower.State, a *Apply, lender string, m Moment) error {
	if a.Borrower == nil {
		return nil
	}
	facts, err := borrower.Register(b, a.BorrowerID, lender, *a.Borrower, m.On)
	if err != nil || len(facts) == 0 {
		return err
	}
	return s.RecordBorrower(a.BorrowerID, facts...)
}
