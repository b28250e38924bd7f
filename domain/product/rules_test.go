package product_test

import (
	"encoding/json"
	"slices"
	"testing"

	"loanledger/domain/date"
	"loanledger/domain/product"
)

const byLaw = `{"currency": "RUB", "interest": {"method": "declining", "rate": "0.8", "per": "day"},
	"allocation": {"by_law": "RU"}, "cost_cap": {"by_law": "RU"}}`

// The order of a short payment by art. 5 part 20 of 353-FZ, for contracts before and from 1 July 2024.
var (
	before2024 = []product.Class{"overdue_interest", "overdue_principal", "penalty", "interest", "principal", "other"}
	from2024   = []product.Class{"overdue_interest", "overdue_principal", "interest", "principal", "penalty", "other"}
)

// TestRussianRulesByDate has both sides of every date on which a rule changed.
func TestRussianRulesByDate(t *testing.T) {
	terms, err := product.ParseTerms([]byte(byLaw))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		contract string
		limit    string
		order    []product.Class
	}{
		{"2019-01-28", "250", before2024}, {"2019-06-30", "250", before2024},
		{"2019-07-01", "200", before2024}, {"2019-12-31", "200", before2024},
		{"2020-01-01", "150", before2024}, {"2023-06-30", "150", before2024},
		{"2023-07-01", "130", before2024}, {"2024-06-30", "130", before2024},
		{"2024-07-01", "130", from2024}, {"2026-03-31", "130", from2024},
		{"2026-04-01", "100", from2024}, {"2040-01-01", "100", from2024},
	} {
		on := date.MustParse(c.contract)
		got, err := terms.Resolve(on)
		if err != nil {
			t.Fatal(err)
		}
		if got.CostCap.PercentOfPrincipal.String() != c.limit || got.CostCap.ByLaw != "RU" {
			t.Errorf("%s: the cap is %s %%, want %s", on, got.CostCap.PercentOfPrincipal, c.limit)
		}
		if !slices.Equal(got.Allocation.Order, c.order) || got.Allocation.By != "class" {
			t.Errorf("%s: the order is %v, want %v", on, got.Allocation.Order, c.order)
		}
		if err := got.Validate(); err != nil {
			t.Errorf("%s: %v", on, err)
		}
		once, _ := json.Marshal(got)
		if got, err = got.Resolve(on); err != nil {
			t.Fatal(err)
		}
		if twice, _ := json.Marshal(got); string(once) != string(twice) {
			t.Errorf("%s: resolved twice, %s becomes %s", on, once, twice)
		}
	}
	if terms.CostCap.PercentOfPrincipal.IsPositive() || terms.Allocation.Order != nil {
		t.Error("resolving changed the terms that were resolved")
	}
	if _, err := terms.Resolve(date.MustParse("2019-01-27")); code(err) != "terms_invalid" {
		t.Errorf("a contract before the first known cap: %v", err)
	}
	if _, err := product.ParseTerms([]byte(`{"currency": "RUB", "allocation": {"by_law": "RU"}}`)); err != nil {
		t.Fatal(err)
	}
}

// TestOrderOfPaymentBeforeTheLaw: the law on consumer credit knows no contract before 1 July 2014.
func TestOrderOfPaymentBeforeTheLaw(t *testing.T) {
	terms, err := product.ParseTerms([]byte(`{"currency": "RUB", "allocation": {"by_law": "RU"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := terms.Resolve(date.MustParse("2014-06-30")); code(err) != "terms_invalid" {
		t.Errorf("the day before: %v", err)
	}
	if got, err := terms.Resolve(date.MustParse("2014-07-01")); err != nil || !slices.Equal(got.Allocation.Order, before2024) {
		t.Errorf("the first day: %v %v", got.Allocation.Order, err)
	}
}

// TestTermsOfTheirOwnStay: what the terms say themselves is not replaced by any law.
func TestTermsOfTheirOwnStay(t *testing.T) {
	terms, err := product.ParseTerms([]byte(full))
	if err != nil {
		t.Fatal(err)
	}
	got, err := terms.Resolve(date.MustParse("2026-11-02"))
	before, _ := json.Marshal(terms)
	after, _ := json.Marshal(got)
	if err != nil || string(before) != string(after) {
		t.Errorf("%v\n%s\n%s", err, before, after)
	}
}
