package product

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"loanledger/domain/date"

	"github.com/shopspring/decimal"
)

//go:embed rules/*.json
var rulesFiles embed.FS

// rules is what the law of a country fixes, each value with the date it applies from and where it
// is written. Values are kept for ever: a contract keeps the rule of its date.
type rules struct {
	Country string `json:"country"`
	CostCap []struct {
		From               date.Date       `json:"from"`
		PercentOfPrincipal decimal.Decimal `json:"percent_of_principal"`
		Source             string          `json:"source"`
	} `json:"cost_cap"`
	Allocation []struct {
		From   date.Date `json:"from"`
		Order  []Class   `json:"order"`
		Source string    `json:"source"`
	} `json:"allocation"`
}

var allRules = func() map[string]rules {
	byCountry := map[string]rules{}
	files, err := rulesFiles.ReadDir("rules")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		data, err := rulesFiles.ReadFile("rules/" + f.Name())
		if err != nil {
			panic(err)
		}
		var r rules
		if err := json.Unmarshal(data, &r); err != nil {
			panic(fmt.Sprintf("product: rules/%s: %v", f.Name(), err))
		}
		byCountry[r.Country] = r
	}
	return byCountry
}()

func rulesOf(country string) (rules, error) {
	r, ok := allRules[strings.ToUpper(country)]
	if !ok {
		return rules{}, ErrTermsInvalid.With("no rules of that country are known")
	}
	return r, nil
}

// Resolve fills in what the terms leave to the law, as it stands on the date of the contract.
// Resolving again for the same date changes nothing. Errors: ErrTermsInvalid, where the law has no
// value for the date.
func (t Terms) Resolve(contract date.Date) (Terms, error) {
	if t.CostCap != nil && t.CostCap.ByLaw != "" {
		r, err := rulesOf(t.CostCap.ByLaw)
		if err != nil {
			return t, err
		}
		limit := CostCap{ByLaw: t.CostCap.ByLaw}
		for _, c := range r.CostCap {
			if !c.From.After(contract) {
				limit.PercentOfPrincipal = c.PercentOfPrincipal
			}
		}
		if limit.PercentOfPrincipal.IsZero() {
			return t, ErrTermsInvalid.With("no cost cap of %s is known for %s", r.Country, contract)
		}
		t.CostCap = &limit
	}
	if t.Allocation.ByLaw != "" {
		r, err := rulesOf(t.Allocation.ByLaw)
		if err != nil {
			return t, err
		}
		t.Allocation.By, t.Allocation.Order = "class", nil
		for _, a := range r.Allocation {
			if !a.From.After(contract) {
				t.Allocation.Order = a.Order
			}
		}
		if t.Allocation.Order == nil {
			return t, ErrTermsInvalid.With("no order of payment of %s is known for %s", r.Country, contract)
		}
	}
	return t, nil
}
