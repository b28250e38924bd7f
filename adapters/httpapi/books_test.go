package httpapi_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"loanledger/domain/ident"
)

// openBooks opens the books of a lender at once: numbers from 11 on.
func (h *house) openBooks(ctx context.Context, lender string, total int) error {
	for n := len(h.desk.Lenders().Books(lender)); n < total; n++ {
		first, err := h.desk.Book(ctx, lender)
		if err != nil {
			return err
		}
		if err := h.desk.Open(ctx, ident.Book(10+n), first.Lender, first.Business); err != nil {
			return err
		}
	}
	return nil
}

func TestOpeningBooks(t *testing.T) {
	h := newHouse(t)
	open := func(role, total string) *reply {
		return h.post(role, "/v1/lenders/smartcash/books", `{"total":`+total+`}`)
	}
	open("operator", "3").want(200).has("lender", "smartcash", "books.0.book", "1", "books.1.book", "11", "books.2.book", "12", "books.2.business_date", "2026-01-15")
	open("operator", "2").want(200).has("books.2.book", "12")
	open("operator", "0").refused(400, "body_malformed")
	open("operator", "65").refused(400, "body_malformed")
	open("service", "4").refused(403, "forbidden")
	open("operator-cashper", "4").refused(404, "lender_not_found")
	h.get("service", "/v1/lenders").want(200).has("lenders.0.books.2.book", "12", "lenders.1.books.0.book", "2")
}

// Borrowers of a lender with several books apply without knowing of them, each loan is found by its
// identifier on the business date of its own book, and each book has its own events.
func TestALenderWithSeveralBooks(t *testing.T) {
	h := newHouse(t)
	h.post("operator", "/v1/lenders/smartcash/books", `{"total":2}`).want(200)
	prefixes := map[string]int{}
	for i := range 24 {
		id, borrower := h.paidOut("smartcash", "10000.00", "15", fmt.Sprint("4510 ", 1000+i))
		if id[:4] != borrower[:4] {
			t.Fatalf("the loan %s of %s", id, borrower)
		}
		prefixes[id[:4]]++
		h.get("service", "/v1/borrowers/"+borrower+"/debt").want(200).has("total", "10000.00", "as_of", "2026-01-15")
		h.post("operator", "/v1/loans", strings.Replace(applicationOf(borrower), "LENDER", "smartcash", 1), "Idempotency-Key", "again"+borrower).refused(409, "loan_already_active")
	}
	if prefixes["0001"] < 4 || prefixes["000b"] < 4 || len(prefixes) != 2 {
		t.Errorf("they are in the books %v", prefixes)
	}
	h.get("auditor", "/v1/events?lender=smartcash&book=11&limit=1").want(200).has("book", "11", "events.0.type", "book.opened")
	h.get("auditor", "/v1/events?lender=smartcash&book=12").refused(400, "parameter_invalid")
	h.post("operator", "/v1/lenders/smartcash/day-closings", `{"date":"2026-01-15"}`).want(200)
	h.get("service", "/v1/lenders").want(200).has("lenders.0.business_date", "2026-01-16", "lenders.0.books.1.business_date", "2026-01-16")
}

func applicationOf(borrower string) string {
	return `{"lender":"LENDER","product":"payday","principal":"10000.00","term_days":15,"borrower_id":"` + borrower + `"}`
}
