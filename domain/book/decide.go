package book

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"time"

	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/money"
	"loanledger/domain/product"
)

// Errors of a book.
var (
	ErrLenderInvalid  = fact.Refuse(fact.Invalid, "lender_invalid", "The lender's configuration is malformed.")
	ErrLenderUnknown  = fact.Refuse(fact.NotFound, "lender_not_found", "There is no such lender.")
	ErrProductUnknown = fact.Refuse(fact.NotFound, "product_not_found", "The lender has no such product.")
	ErrProductLender  = fact.Refuse(fact.Invalid, "currency_mismatch", "The currency of the terms is not that of the lender.")
	ErrDayNotOpen     = fact.Refuse(fact.Conflict, "day_not_open", "Only the open business date can be closed.")
)

var (
	codePattern   = regexp.MustCompile(`^[a-z0-9-]{2,32}$`)
	prefixPattern = regexp.MustCompile(`^[A-Z]{2,4}$`)
	colourPattern = regexp.MustCompile(`^(#[0-9a-f]{6})?$`)
)

// ParseLender reads a lender's configuration, strictly. Errors: ErrLenderInvalid.
func ParseLender(data []byte) (Lender, error) {
	var l Lender
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&l); err != nil {
		return l, ErrLenderInvalid.With("it is not valid JSON, or has an unknown field, currency or form of a value")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return l, ErrLenderInvalid.With("there is something after the lender")
	}
	_, zoneErr := time.LoadLocation(l.TimeZone)
	switch {
	case !codePattern.MatchString(l.Code):
		return l, ErrLenderInvalid.With("code must be 2 to 32 lower-case letters, digits and hyphens")
	case l.Name == "" || l.LegalName == "":
		return l, ErrLenderInvalid.With("name and legal_name are needed")
	case len(l.Country) != 2 || len(l.Language) != 2:
		return l, ErrLenderInvalid.With("country and language must be codes of two letters")
	case l.Currency == money.Currency(0):
		return l, ErrLenderInvalid.With("currency is missing")
	case l.TimeZone == "" || zoneErr != nil:
		return l, ErrLenderInvalid.With("time_zone must be an IANA name")
	case !prefixPattern.MatchString(l.NumberPrefix):
		return l, ErrLenderInvalid.With("number_prefix must be 2 to 4 capital letters")
	case !colourPattern.MatchString(l.Colour):
		return l, ErrLenderInvalid.With("colour must be # and six hexadecimal digits")
	}
	return l, nil
}

// Open opens a book for a lender. A book that is open stays as it is.
func Open(s State, number ident.Book, l Lender, on date.Date) []fact.Fact {
	if s.Book != 0 {
		return nil
	}
	return []fact.Fact{Opened{Book: number, Lender: l, On: on}}
}

// Publish puts a product on offer, as its next version. A product that is on offer exactly so stays
// as it is. Errors: product_invalid, terms_invalid, terms_unsupported, currency_mismatch.
func Publish(s State, p product.Product) ([]fact.Fact, error) {
	p = p.WithDefaults()
	if err := p.Validate(); err != nil {
		return nil, err
	}
	if p.Terms.Currency != s.Lender.Currency {
		return nil, ErrProductLender.With("the lender lends in %s", s.Lender.Currency)
	}
	if _, err := p.Terms.Resolve(s.Business); err != nil {
		return nil, err
	}
	last, offered := s.Product(p.Code)
	if offered && same(last.Product, p) {
		return nil, nil
	}
	return []fact.Fact{ProductPublished{On: s.Business, Version: last.Version + 1, Product: p}}, nil
}

// Adopt puts on offer what another book of the lender has published, under the versions of that book.
// What is on offer in the same version, or a later one, stays as it is.
func Adopt(s State, published []Published) (facts []fact.Fact) {
	for _, p := range published {
		if offered, _ := s.Product(p.Product.Code); offered.Version < p.Version {
			facts = append(facts, ProductPublished{On: s.Business, Version: p.Version, Product: p.Product})
		}
	}
	return facts
}

func same(a, b product.Product) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// CloseDay ends the open business date, after the loans have been seen to. A day that was closed
// before stays closed. Errors: day_not_open, for a date after the open one.
func CloseDay(s State, on date.Date, loans int) ([]fact.Fact, error) {
	switch {
	case on.Before(s.Business):
		return nil, nil
	case on.After(s.Business):
		return nil, ErrDayNotOpen.With("the open business date is %s", s.Business)
	}
	return []fact.Fact{DayClosed{On: on, Next: on.AddDays(1), Loans: loans}}, nil
}
