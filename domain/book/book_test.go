package book_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"

	"loanledger/domain/book"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/product"
)

const smartcash = `{"code": "smartcash", "name": "SmartCash", "legal_name": "SmartCash MCC LLC", "country": "RU", "currency": "RUB",
	"time_zone": "Europe/Moscow", "language": "ru", "number_prefix": "SC", "colour": "#0a7d5a"}`

const payday = `{"code": "payday", "name": "Payday", "min_principal": "1000.00", "max_principal": "30000.00", "min_term_days": 5, "max_term_days": 30,
	"terms": {"currency": "RUB", "interest": {"method": "declining", "rate": "0.8", "per": "day"}, "cost_cap": {"by_law": "RU"}}}`

func code(err error) string {
	if r, _, ok := fact.Explain(err); ok {
		return r.Code
	}
	return ""
}

func TestLendersAreChecked(t *testing.T) {
	for _, c := range []struct{ old, new string }{
		{`"smartcash"`, `"s"`}, {`"smartcash"`, `"SmartCash"`}, {`"smartcash"`, `"` + strings.Repeat("a", 33) + `"`},
		{`"SmartCash"`, `""`}, {`"SmartCash MCC LLC"`, `""`}, {`"RU"`, `"RUS"`}, {`"RUB"`, `"XXX"`}, {`"RUB"`, `""`},
		{`"Europe/Moscow"`, `"Europe/Atlantis"`}, {`"Europe/Moscow"`, `""`}, {`"ru"`, `"rus"`}, {`"SC"`, `"sc"`}, {`"SC"`, `"S"`},
		{`"SC"`, `"SMART"`}, {`"#0a7d5a"`, `"green"`}, {`"#0a7d5a"`, `"#0A7D5A"`}, {`"country"`, `"county"`}, {`}`, `} {}`}, {`}`, `}]`}, {`{`, `[`},
	} {
		text := strings.Replace(smartcash, c.old, c.new, 1)
		if _, err := book.ParseLender([]byte(text)); code(err) != "lender_invalid" {
			t.Errorf("%s → %s: %v", c.old, c.new, err)
		} else if strings.Contains(err.Error(), "Atlantis") || strings.Contains(err.Error(), "XXX") || strings.Contains(err.Error(), "county") {
			t.Errorf("%v repeats what was sent", err)
		}
	}
	l, err := book.ParseLender([]byte(smartcash))
	if err != nil || l.Zone().String() != "Europe/Moscow" {
		t.Errorf("%+v %v", l, err)
	}
}

// TestTheLifeOfABook: it is opened once, products are published as versions, days end one by one.
func TestTheLifeOfABook(t *testing.T) {
	l, err := book.ParseLender([]byte(smartcash))
	if err != nil {
		t.Fatal(err)
	}
	on := date.MustParse("2026-11-02")
	s := book.State{}
	fold := func(facts []fact.Fact, err error) {
		t.Helper()
		if err != nil || len(facts) != 1 {
			t.Fatalf("%v %v", facts, err)
		}
		s = s.Fold(facts[0])
	}
	nothing := func(facts []fact.Fact, err error) {
		t.Helper()
		if err != nil || len(facts) > 0 {
			t.Errorf("%v %v", facts, err)
		}
	}
	fold(book.Open(s, 7, l, on), nil)
	nothing(book.Open(s, 7, l, on.AddDays(1)), nil)

	parse := func(text string) product.Product {
		p, err := product.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	fold(book.Publish(s, parse(payday)))
	nothing(book.Publish(s, parse(payday)))
	before := s
	fold(book.Publish(s, parse(strings.Replace(payday, `"0.8"`, `"0.7"`, 1))))
	fold(book.Publish(s, parse(strings.Replace(payday, `"payday"`, `"another"`, 1))))
	if p, ok := s.Product("payday"); !ok || p.Version != 2 || p.Product.Terms.Interest.Rate.String() != "0.7" || p.Since != on {
		t.Errorf("on offer is %+v", p)
	}
	if p, ok := before.Product("payday"); !ok || p.Version != 1 || len(before.Products) != 1 {
		t.Errorf("an earlier state has %+v", p)
	}
	if _, ok := s.Product("nothing"); ok {
		t.Error("a product that was never published is on offer")
	}
	for want, text := range map[string]string{
		"currency_mismatch": strings.Replace(payday, `"RUB"`, `"EUR"`, 1),
		"product_invalid":   strings.Replace(payday, `"payday"`, `"PAYDAY"`, 1),
	} {
		var p product.Product
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		if facts, err := book.Publish(s, p); code(err) != want || len(facts) > 0 {
			t.Errorf("%s: %v %v", want, facts, err)
		}
	}

	nothing(book.CloseDay(s, on.AddDays(-1), 0))
	if facts, err := book.CloseDay(s, on.AddDays(1), 0); code(err) != "day_not_open" || len(facts) > 0 {
		t.Errorf("closing tomorrow: %v %v", facts, err)
	}
	fold(book.CloseDay(s, on, 3))
	if nothing(book.CloseDay(s, on, 3)); s.Business != on.AddDays(1) || s.OpenedOn != on || s.Book != 7 {
		t.Errorf("after a day the book is %+v", s)
	}
}

// TestTheLawAtPublication: a product whose terms the law does not know on the business date is refused.
func TestTheLawAtPublication(t *testing.T) {
	l, _ := book.ParseLender([]byte(smartcash))
	s := book.State{}.Fold(book.Opened{Book: 1, Lender: l, On: date.MustParse("2018-01-01")})
	p, err := product.Parse([]byte(payday))
	if err != nil {
		t.Fatal(err)
	}
	if facts, err := book.Publish(s, p); code(err) != "terms_invalid" || len(facts) > 0 {
		t.Errorf("%v %v", facts, err)
	}
}

func TestTheStreamOfABook(t *testing.T) {
	seen := map[uuid.UUID]bool{}
	for number := ident.Book(1); number < 200; number++ {
		id := book.StreamOf(number)
		if seen[id] || ident.BookOf(id) != number {
			t.Errorf("the stream of book %d is %s", number, id)
		}
		seen[id] = true
	}
}
