package loan

import (
	"loanledger/domain/fact"
	"loanledger/domain/money"
	"loanledger/domain/product"

	"github.com/google/uuid"
)

// Apply asks for a loan. Who asks, and on which published terms, has been found by the caller.
type Apply struct {
	Loan           uuid.UUID
	Number         string
	Lender         string
	Borrower       uuid.UUID
	Product        product.Product
	ProductVersion int
	Principal      money.Input
	Currency       string
	TermDays       int
}

// CommandName is loan.apply.
func (Apply) CommandName() string { return "loan.apply" }

// Errors: currency_mismatch, amount_*, principal_out_of_limits, term_out_of_limits, terms_invalid.
func (c Apply) decide(s State, m Moment) ([]fact.Fact, error) {
	if s.Status != None {
		return nil, ErrWrongStatus.With("the loan has been applied for")
	}
	principal, terms, err := offer(c.Product, c.Principal, c.Currency, c.TermDays, m)
	if err != nil {
		return nil, err
	}
	return []fact.Fact{Applied{
		Loan: c.Loan, Number: c.Number, Lender: c.Lender, Borrower: c.Borrower,
		Product: c.Product.Code, ProductVersion: c.ProductVersion, OfferDays: c.Product.OfferDays,
		Terms: terms, Currency: terms.Currency, Principal: principal, TermDays: c.TermDays, On: m.On,
	}}, nil
}

// offer is the principal and the terms, as the law resolves them, for what a borrower asks.
func offer(p product.Product, asked money.Input, currency string, termDays int, m Moment) (money.Amount, product.Terms, error) {
	principal, err := amountIn(asked, currency, p.Terms.Currency)
	if err != nil {
		return principal, product.Terms{}, err
	}
	terms, err := p.Offer(principal, termDays)
	if err != nil {
		return principal, terms, err
	}
	terms, err = terms.Resolve(m.On)
	return principal, terms, err
}
