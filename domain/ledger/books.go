package ledger

import (
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/product"

	"github.com/google/uuid"
)

// Certify asks for a certificate that the borrower owes nothing.
type Certify struct{}

func certify(s Streams, m Moment, id uuid.UUID, _ any) error {
	b, err := s.Borrower(id)
	if err != nil {
		return err
	}
	books, err := s.Book()
	if err != nil {
		return err
	}
	facts, err := borrower.Certify(b, books.Lender.NumberPrefix, ident.Derive(m.Book, "certificate", m.Command[:]), m.On)
	if err != nil {
		return err
	}
	return s.RecordBorrower(id, facts...)
}

// PublishProduct puts a product on offer, or a new version of it.
type PublishProduct struct {
	Product product.Product `json:"product"`
}

func publishProduct(s Streams, _ Moment, _ uuid.UUID, body any) error {
	books, err := s.Book()
	if err != nil {
		return err
	}
	facts, err := book.Publish(books, body.(*PublishProduct).Product)
	if err != nil || len(facts) == 0 {
		return err
	}
	return s.RecordBook(facts...)
}

// CloseDay ends the open business date, after every loan was seen to.
type CloseDay struct {
	Date  date.Date `json:"date"`
	Loans int       `json:"loans"` // for how many loans the closing recorded something
}

func closeDay(s Streams, _ Moment, _ uuid.UUID, body any) error {
	c := body.(*CloseDay)
	books, err := s.Book()
	if err != nil {
		return err
	}
	facts, err := book.CloseDay(books, c.Date, c.Loans)
	if err != nil || len(facts) == 0 {
		return err
	}
	s.BeginDay(c.Date.AddDays(1))
	return s.RecordBook(facts...)
}

// AdoptProducts puts on offer what another book of the lender has published. All books of a lender
// offer the same, but each decides by its own stream alone: so what the first one publishes is
// brought to the others, and counts in each from there on.
type AdoptProducts struct {
	Products []book.Published `json:"products"`
}

func adoptProducts(s Streams, _ Moment, _ uuid.UUID, body any) error {
	books, err := s.Book()
	if err != nil {
		return err
	}
	if facts := book.Adopt(books, body.(*AdoptProducts).Products); len(facts) > 0 {
		return s.RecordBook(facts...)
	}
	return nil
}

// Open opens a book for a lender, with a first business date and what the lender's other books offer.
type Open struct {
	Lender   book.Lender      `json:"lender"`
	On       date.Date        `json:"on"`
	Products []book.Published `json:"products,omitempty"`
}

func open(s Streams, m Moment, _ uuid.UUID, body any) error {
	o := body.(*Open)
	books, err := s.Book()
	if err != nil {
		return err
	}
	facts := book.Open(books, m.Book, o.Lender, o.On)
	if len(facts) == 0 {
		return nil
	}
	return s.RecordBook(append(facts, book.Adopt(books.Fold(facts[0]), o.Products)...)...)
}
