package httpapi

import (
	"context"
	"net/http"
	"reflect"
	"slices"

	"loanledger/domain/book"
	"loanledger/domain/date"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"
)

type lenderReading struct {
	book.Lender
	BusinessDate date.Date     `json:"business_date" doc:"that is open: the earliest of its books'"`
	Books        []bookReading `json:"books"`
}

type lendersReading struct {
	Lenders []lenderReading `json:"lenders"`
}

type lenderInput struct {
	Code string `path:"code" doc:"the lender's code" example:"smartcash"`
}

type productsReading struct {
	Lender   string           `json:"lender"`
	Products []book.Published `json:"products" doc:"the latest version of each"`
}

// quoteBody asks what a product would cost.
type quoteBody struct {
	Lender    string      `json:"lender" doc:"the lender's code" example:"smartcash"`
	Product   string      `json:"product" doc:"the product's code" example:"payday"`
	Principal money.Input `json:"principal" example:"10000.00"`
	Currency  string      `json:"currency,omitempty" doc:"where given, it must be the currency of the product" example:"RUB"`
	TermDays  int         `json:"term_days" example:"15"`
}

type quoteReading struct {
	Lender         string `json:"lender"`
	Product        string `json:"product"`
	ProductVersion int    `json:"product_version"`
	loan.Quote
}

// dayBody says which business date ends.
type dayBody struct {
	Date date.Date `json:"date" doc:"the last business date to end; those before it that are open end first"`
}

type dayReading struct {
	Lender string    `json:"lender"`
	Date   date.Date `json:"date" doc:"has ended"`
	Next   date.Date `json:"next" doc:"the business date after it"`
}

func (a *API) registerLenders() {
	register(a, route{
		method: http.MethodGet, path: "/v1/lenders", id: "lender.list", tag: tagLenders, summary: "List the lenders",
		about: "Those that the token is for.", roles: anyRole,
	}, a.readLenders)
	register(a, route{
		method: http.MethodGet, path: "/v1/lenders/{code}/products", id: "lender.products", tag: tagLenders,
		summary: "List the products of a lender", about: "Terms and limits, as they are on offer now.", roles: anyRole,
	}, a.readProducts)
	op := register(a, route{
		method: http.MethodPost, path: "/v1/quotes", id: "loan.quote", tag: tagLoans, summary: "Ask what a loan would cost",
		about: "Price, schedule and annual cost of a payout on the open business date. Nothing is recorded.", roles: anyRole,
	}, a.quote)
	a.documentBody(op, reflect.TypeFor[quoteBody]())
	op = register(a, route{
		method: http.MethodPost, path: "/v1/lenders/{code}/day-closings", id: "book.close_day", tag: tagLenders,
		summary: "End the business date", patient: true, roles: []ledger.Role{ledger.Operator},
		about: "Records what the end of the date brings about for every loan, then opens the next one, in every book of the lender. A date that has ended stays ended: asking again answers the same and changes nothing. It may take a while; should it break off, ask again.",
	}, a.closeDay)
	a.documentBody(op, reflect.TypeFor[dayBody]())
}

func (a *API) readLenders(ctx context.Context, c Caller, _ *struct{}) (*reading[lendersReading], error) {
	body := lendersReading{Lenders: []lenderReading{}}
	var seen []string
	for _, number := range a.Directory.Books("") {
		code, known := a.Directory.OfBook(number)
		if !known || !c.May(code) || slices.Contains(seen, code) {
			continue
		}
		seen = append(seen, code)
		states, err := a.Books.BooksOf(ctx, code)
		if err != nil {
			return nil, err
		}
		body.Lenders = append(body.Lenders, lenderReading{states[0].Lender, book.BusinessDate(states), describeBooks(states)})
	}
	return &reading[lendersReading]{body}, nil
}

func (a *API) readProducts(ctx context.Context, c Caller, in *lenderInput) (*reading[productsReading], error) {
	b, err := a.bookFor(ctx, c, in.Code)
	if err != nil {
		return nil, err
	}
	return &reading[productsReading]{productsReading{in.Code, list(b.Products)}}, nil
}

// bookFor is the book of a lender that the caller may deal with. Errors: lender_not_found.
func (a *API) bookFor(ctx context.Context, c Caller, lender string) (book.State, error) {
	if _, err := a.orders.BooksOf(c.orders(), lender); err != nil {
		return book.State{}, err
	}
	return a.Books.Book(ctx, lender)
}

func (a *API) quote(ctx context.Context, c Caller, _ *quoteInput) (*reading[quoteReading], error) {
	e := exchangeOf(ctx)
	if _, err := keyOf(e.request.Header); err != nil {
		return nil, err
	}
	data, err := readBody(e)
	if err != nil {
		return nil, err
	}
	asked, err := decode[quoteBody](data)
	if err != nil {
		return nil, err
	}
	b, err := a.bookFor(ctx, c, asked.Lender)
	if err != nil {
		return nil, err
	}
	p, offered := b.Product(asked.Product)
	if !offered {
		return nil, book.ErrProductUnknown
	}
	q, err := loan.QuoteProduct(p.Product, asked.Principal, asked.Currency, asked.TermDays, b.Business)
	if err != nil {
		return nil, err
	}
	return &reading[quoteReading]{quoteReading{asked.Lender, asked.Product, p.Version, q}}, nil
}

type quoteInput struct {
	Key string `header:"Idempotency-Key" doc:"accepted and of no consequence: nothing is recorded"`
}
