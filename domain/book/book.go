// Package book is a lender's book: who lends, which products it publishes, and on which business
// date it stands.
package book

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/money"
	"loanledger/domain/product"

	"github.com/google/uuid"
)

// Kinds is every event of a book that the log may hold.
var Kinds = fact.Table(fact.Of[Opened](), fact.Of[ProductPublished](), fact.Of[DayClosed]())

// Lender is the legal entity whose loans the book has.
type Lender struct {
	Code         string         `json:"code" doc:"lower-case letters, digits and hyphens" example:"smartcash"`
	Name         string         `json:"name" doc:"the brand"`
	LegalName    string         `json:"legal_name"`
	Registration string         `json:"registration,omitempty" doc:"register entries, as they stand on papers"`
	Address      string         `json:"address,omitempty"`
	Country      string         `json:"country" doc:"ISO 3166-1" example:"RU"`
	Currency     money.Currency `json:"currency" doc:"ISO 4217" example:"RUB"`
	TimeZone     string         `json:"time_zone" doc:"IANA" example:"Europe/Moscow"`
	Language     string         `json:"language" doc:"ISO 639-1" example:"ru"`
	NumberPrefix string         `json:"number_prefix" doc:"of agreement and certificate numbers" example:"SC"`
	Colour       string         `json:"colour,omitempty" doc:"of the brand" example:"#0a7d5a"`
}

// Opened: the book was opened.
type Opened struct {
	Book   ident.Book `json:"book"`
	Lender Lender     `json:"lender"`
	On     date.Date  `json:"on"` // the first business date
}

// ProductPublished: a version of a product is on offer from now on.
type ProductPublished struct {
	On      date.Date       `json:"on"`
	Version int             `json:"version"`
	Product product.Product `json:"product"`
}

// DayClosed: a business date ended. The next one begins with the event.
type DayClosed struct {
	On    date.Date `json:"on"`
	Next  date.Date `json:"next"`
	Loans int       `json:"loans"` // for how many loans the closing recorded something
}

func (Opened) EventType() string           { return "book.opened" }
func (ProductPublished) EventType() string { return "book.product_published" }
func (DayClosed) EventType() string        { return "book.day_closed" }

// State is a book as its events have made it.
type State struct {
	Book     ident.Book
	Lender   Lender
	OpenedOn date.Date
	Business date.Date // the open business date
	Products []Published
}

// Published is the latest version of a product.
type Published struct {
	Version int             `json:"version"`
	Since   date.Date       `json:"since"`
	Product product.Product `json:"product"`
}

// StreamOf is the stream in which the book's own events stand.
func StreamOf(b ident.Book) uuid.UUID { return ident.Derive(b, "book") }

// Fold is the state after an event. It panics on an event that is not a book's.
func (s State) Fold(f fact.Fact) State {
	switch e := f.(type) {
	case Opened:
		s.Book, s.Lender, s.OpenedOn, s.Business = e.Book, e.Lender, e.On, e.On
	case ProductPublished:
		byCode := map[string]Published{}
		for _, p := range s.Products {
			byCode[p.Product.Code] = p
		}
		byCode[e.Product.Code] = Published{Version: e.Version, Since: e.On, Product: e.Product}
		s.Products = nil
		for _, code := range slices.Sorted(maps.Keys(byCode)) {
			s.Products = append(s.Products, byCode[code])
		}
	case DayClosed:
		s.Business = e.Next
	default:
		panic(fmt.Sprintf("book: unknown event %s", f.EventType()))
	}
	return s
}

// Zone is the lender's time zone.
func (l Lender) Zone() *time.Location {
	zone, err := time.LoadLocation(l.TimeZone)
	if err != nil {
		panic("book: a lender with an unknown time zone was opened")
	}
	return zone
}

// Product finds the latest version of a product.
func (s State) Product(code string) (Published, bool) {
	for _, p := range s.Products {
		if p.Product.Code == code {
			return p, true
		}
	}
	return Published{}, false
}

// BusinessDate is the business date of a lender with these books: no book is behind it. It panics
// without books.
func BusinessDate(books []State) date.Date {
	least := books[0].Business
	for _, s := range books[1:] {
		if s.Business.Before(least) {
			least = s.Business
		}
	}
	return least
}

// Size is about how many bytes the state takes in memory.
func (s State) Size() int { return 500 + 2000*len(s.Products) }
