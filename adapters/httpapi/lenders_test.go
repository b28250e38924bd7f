package httpapi_test

import (
	"strings"
	"testing"

	"loanledger/adapters/httpapi"
	"loanledger/domain/book"
	"loanledger/domain/fact"
	"loanledger/domain/ledger"
	"loanledger/domain/product"

	"github.com/google/uuid"
)

func TestPublishingAProduct(t *testing.T) {
	h := newHouse(t)
	sample := string(read(t, "samples/smartcash-payday.json"))
	put := func(path, body string) *reply {
		return h.do("operator", "PUT", "/v1/lenders/smartcash/products/"+path, body)
	}
	put("payday", sample).want(200).has("product", "payday", "product_version", "1", "lender", "smartcash")
	put("payday", strings.Replace(sample, `"30000.00"`, `"25000.00"`, 1)).want(200).has("product_version", "2", "events.0.type", "book.product_published")
	h.get("analyst", "/v1/lenders/smartcash/products").want(200).has("products.0.version", "2", "products.0.product.max_principal", "25000.00")
	put("other", sample).refused(422, "product_code_mismatch")
	put("payday", strings.Replace(sample, `"RUB"`, `"EUR"`, 1)).refused(422, "currency_mismatch")
	put("payday", strings.Replace(sample, `"0.8"`, `"-0.8"`, 1)).refused(422, "terms_invalid")
	put("payday", strings.Replace(sample, `"declining"`, `"flat"`, 1)).refused(422, "terms_unsupported")
	put("payday", sample+sample).refused(400, "body_malformed")
	put("payday", sample+`,"lender":"x"`).refused(400, "body_malformed")
	put("payday", `{}, "product": `+sample).refused(400, "body_malformed")
	put("payday", strings.Replace(sample, `"sample"`, `"simple"`, 1)).refused(400, "body_malformed")
	put("payday", "").refused(422, "product_code_mismatch")
	h.do("operator", "PUT", "/v1/lenders/nobody/products/payday", sample).refused(404, "lender_not_found")
}

func TestEndingABusinessDate(t *testing.T) {
	h := newHouse(t)
	id, _ := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	closing := func(day string) *reply {
		return h.post("operator", "/v1/lenders/smartcash/day-closings", `{"date":"`+day+`"}`, "Idempotency-Key", day)
	}
	first := closing("2026-01-15").want(200).has("date", "2026-01-15", "next", "2026-01-16")
	if again := closing("2026-01-15").want(200); string(again.body) != string(first.body) {
		t.Errorf("the same closing answers %s, then %s", first.body, again.body)
	}
	closing("2026-01-17").refused(409, "day_not_open")
	h.advance("smartcash", 20)
	h.get("service", "/v1/loans/"+id).want(200).has("days_past_due", "6")
	h.get("service", "/v1/lenders").want(200).has("lenders.1.code", "cashper", "lenders.0.business_date", "2026-02-05", "lenders.1.business_date", "2026-01-15")
	h.post("operator", "/v1/lenders/smartcash/day-closings", "").refused(422, "date_missing")
	h.post("operator", "/v1/lenders/smartcash/day-closings", `{"date":"soon"}`).refused(400, "body_malformed")
}

// The journal by HTTP is the one that the domain keeps.
func TestTheJournalIsThatOfTheDomain(t *testing.T) {
	p, err := product.Parse(read(t, "samples/smartcash-payday.json"))
	must(t, err)
	p.Terms.Signature = ""
	m := ledger.NewMemory(1, firstDay)
	do := func(name string, target uuid.UUID, body string) uuid.UUID {
		entry, err := ledger.Lookup(name)
		must(t, err)
		c, err := entry.Decode(target, []byte(body))
		must(t, err)
		id := m.NextCommand()
		if apply, is := c.Body.(*ledger.Apply); is {
			apply.BorrowerID = ledger.NewBorrowerID(1, id)
		}
		_, err = m.Do(id, name, target, c.Body)
		must(t, err)
		return ledger.LoanID(1, id)
	}
	lender, err := book.ParseLender(read(t, "lenders/smartcash.json"))
	must(t, err)
	_, err = m.Do(m.NextCommand(), "book.open", uuid.Nil, &ledger.Open{Lender: lender, On: firstDay})
	must(t, err)
	_, err = m.Do(m.NextCommand(), "book.publish_product", uuid.Nil, &ledger.PublishProduct{Product: p})
	must(t, err)
	id := do("loan.apply", uuid.Nil, applyFor("smartcash", "10000.00", "15", "4510 123456"))
	check := func() {
		t.Helper()
		var facts []fact.Fact
		for _, l := range m.Log() {
			if l.Stream == id {
				facts = append(facts, l.Fact)
			}
		}
		got, want := httpapi.Journal(facts, m.Business()), m.Journal(id)
		if len(got) != len(want) {
			t.Fatalf("on %s: %d lines, not %d", m.Business(), len(got), len(want))
		}
		for i := range want {
			if want[i].Ref == "" {
				want[i].Ref = got[i].Ref
			}
			if got[i] != want[i] {
				t.Errorf("on %s, line %d: %+v, not %+v", m.Business(), i, got[i], want[i])
			}
		}
	}
	do("loan.approve", id, "")
	do("loan.disburse", id, "")
	for day := range 40 {
		switch day {
		case 6:
			do("loan.repay", id, `{"amount":"500.00","value_date":"2026-01-18"}`)
		case 15:
			do("loan.repay", id, `{"amount":"935.04"}`)
			do("loan.prolong", id, `{"days":5}`)
		case 33:
			do("loan.repay", id, `{"amount":"20000.00"}`)
		}
		check()
		_, err := m.CloseDay()
		must(t, err)
	}
	check()
}
