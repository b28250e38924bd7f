package product

import (
	"slices"

	"loanledger/domain/fact"
	"loanledger/domain/money"
)

// Product is an offer that a lender publishes: terms, and for which amounts and lengths they can be
// had. Its versions are numbered from 1 by the book that it is published in.
type Product struct {
	Code         string      `json:"code"` // lower-case letters, digits and hyphens, at most 32
	Name         string      `json:"name"`
	Sample       bool        `json:"sample,omitempty"` // sample terms, not an offer of any real lender
	MinPrincipal money.Input `json:"min_principal"`
	MaxPrincipal money.Input `json:"max_principal"`
	MinTermDays  int         `json:"min_term_days"`
	MaxTermDays  int         `json:"max_term_days"`
	Lengths      []int       `json:"lengths,omitempty"`    // where given, only these terms, in days
	OfferDays    int         `json:"offer_days,omitempty"` // an offer lapses so many days after the approval; 5 by default
	Terms        Terms       `json:"terms"`
}

// MaxPrincipal bounds what a product lends, in minor units. At the highest rate that terms may have,
// such a loan still accrues for a century before its figures leave 64 bits.
const MaxPrincipal = 1_000_000_000_000

// Errors of a product and of what is asked of it.
var (
	ErrProductInvalid  = fact.Refuse(fact.Invalid, "product_invalid", "The product is malformed or contradicts itself.")
	ErrPrincipalLimits = fact.Refuse(fact.Invalid, "principal_out_of_limits", "The amount is outside the limits of the product.")
	ErrTermLimits      = fact.Refuse(fact.Invalid, "term_out_of_limits", "The term is not one that the product offers.")
)

// Parse reads a product from JSON, strictly, and checks it. Errors: ErrProductInvalid,
// ErrTermsInvalid, ErrTermsUnsupported.
func Parse(data []byte) (Product, error) {
	var p Product
	if fault := decode(data, &p); fault != "" {
		return Product{}, ErrProductInvalid.With("%s", fault)
	}
	p = p.WithDefaults()
	return p, p.Validate()
}

// WithDefaults is the product with everything filled in that may be left out.
func (p Product) WithDefaults() Product {
	p.Terms = p.Terms.withDefaults()
	if p.OfferDays == 0 {
		p.OfferDays = 5
	}
	return p
}

// Validate checks the product and its terms.
func (p Product) Validate() error {
	if err := p.Terms.Validate(); err != nil {
		return err
	}
	least, err1 := p.MinPrincipal.In(p.Terms.Currency)
	most, err2 := p.MaxPrincipal.In(p.Terms.Currency)
	switch {
	case !validCode(p.Code):
		return ErrProductInvalid.With("code must be 1 to 32 lower-case letters, digits and hyphens")
	case p.Name == "" || len(p.Name) > 200:
		return ErrProductInvalid.With("name must have 1 to 200 bytes")
	case err1 != nil || err2 != nil || !least.IsPositive() || most.Less(least):
		return ErrProductInvalid.With("min_principal and max_principal must be positive amounts, the least first")
	case most.Minor() > MaxPrincipal:
		return ErrProductInvalid.With("max_principal must be at most %s %s", money.New(MaxPrincipal, p.Terms.Currency), p.Terms.Currency)
	case p.MinTermDays < 1 || p.MaxTermDays < p.MinTermDays || p.MaxTermDays > MaxTermDays:
		return ErrProductInvalid.With("min_term_days and max_term_days must be 1 to %d, the least first", MaxTermDays)
	case p.OfferDays < 1 || p.OfferDays > 366:
		return ErrProductInvalid.With("offer_days must be 1 to 366")
	case p.Terms.TermDays != 0:
		return ErrProductInvalid.With("terms.term_days must be left out: the borrower chooses the term")
	}
	for _, length := range p.lengths() {
		if length < p.MinTermDays || length > p.MaxTermDays {
			return ErrProductInvalid.With("every length, and every term with a price, must be within the limits of the term")
		}
	}
	return nil
}

func validCode(code string) bool {
	for _, r := range code {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' {
			return false
		}
	}
	return code != "" && len(code) <= 32
}

// lengths is the list of terms that can be had, or none when every length within the limits can.
func (p Product) lengths() []int {
	if len(p.Lengths) > 0 || p.Terms.Interest.Method != FixedFee {
		return p.Lengths
	}
	var days []int
	for _, price := range p.Terms.Interest.Prices {
		days = append(days, price.Days)
	}
	return days
}

// Offer is the terms for an amount and a length. Errors: ErrPrincipalLimits, ErrTermLimits.
func (p Product) Offer(principal money.Amount, termDays int) (Terms, error) {
	least, _ := p.MinPrincipal.In(p.Terms.Currency)
	most, _ := p.MaxPrincipal.In(p.Terms.Currency)
	if principal.Less(least) || most.Less(principal) {
		return Terms{}, ErrPrincipalLimits.With("the product lends %s to %s %s", least, most, p.Terms.Currency)
	}
	lengths := p.lengths()
	if termDays < p.MinTermDays || termDays > p.MaxTermDays || len(lengths) > 0 && !slices.Contains(lengths, termDays) {
		if len(lengths) > 0 {
			return Terms{}, ErrTermLimits.With("the product lends for %v days", lengths)
		}
		return Terms{}, ErrTermLimits.With("the product lends for %d to %d days", p.MinTermDays, p.MaxTermDays)
	}
	t := p.Terms
	t.TermDays = termDays
	return t, nil
}
