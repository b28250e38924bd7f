package httpapi

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"loanledger/domain/book"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
)

// mostBooks bounds the books that one request may ask for.
const mostBooks = 64

// booksBody says how many books a lender is to have.
type booksBody struct {
	Total int `json:"total" minimum:"1" maximum:"64" doc:"how many books the lender is to have; those that it has are counted" example:"2"`
}

type bookReading struct {
	Book         ident.Book `json:"book" doc:"its number; the identifiers of all that is in the book begin with it, in hexadecimal"`
	OpenedOn     date.Date  `json:"opened_on"`
	BusinessDate date.Date  `json:"business_date" doc:"that is open in the book"`
}

type booksReading struct {
	Lender string        `json:"lender"`
	Books  []bookReading `json:"books" doc:"the first one keeps the register of people, and is where products are published"`
}

type booksInput struct {
	Key  string `header:"Idempotency-Key" doc:"accepted and of no consequence: the number of books is its own key"`
	Code string `path:"code" doc:"the lender's code" example:"smartcash"`
}

func (a *API) registerBooks() {
	op := register(a, route{
		method: http.MethodPost, path: "/v1/lenders/{code}/books", id: "lender.books", tag: tagLenders,
		summary: "Open further books", patient: true, roles: []ledger.Role{ledger.Operator},
		about: "A book is a log of its own. New borrowers are spread over all books of their lender; those who are known stay where they are. Answers once the books are open, after some seconds. A book is never closed again; asking for no more than there are changes nothing.",
	}, a.openBooks)
	a.documentBody(op, reflect.TypeFor[booksBody]())
}

// openBooks opens books for a lender until there are as many as asked for.
func (a *API) openBooks(ctx context.Context, c Caller, in *booksInput) (*reading[booksReading], error) {
	e := exchangeOf(ctx)
	if _, err := keyOf(e.request.Header); err != nil {
		return nil, err
	}
	a.setDeadlines(e.writer, time.Now().Add(a.commandTime), time.Now().Add(a.commandTime))
	data, err := readBody(e)
	if err != nil {
		return nil, err
	}
	asked, err := decode[booksBody](data)
	if err != nil {
		return nil, err
	}
	if _, err := a.orders.BooksOf(c.orders(), in.Code); err != nil {
		return nil, err
	}
	if asked.Total < 1 || asked.Total > mostBooks {
		return nil, ledger.ErrMalformed.With("field total must be 1 to %d", mostBooks)
	}
	ctx, cancel := context.WithTimeout(ctx, a.commandTime)
	defer cancel()
	if err := a.OpenBooks(ctx, in.Code, asked.Total); err != nil {
		return nil, err
	}
	states, err := a.Books.BooksOf(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	return &reading[booksReading]{booksReading{in.Code, describeBooks(states)}}, nil
}

func describeBooks(states []book.State) []bookReading {
	books := make([]bookReading, 0, len(states))
	for _, s := range states {
		books = append(books, bookReading{s.Book, s.OpenedOn, s.Business})
	}
	return books
}
