// Package story plays the life of a loan from a file, through the very decisions that the service makes.
package story

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"loanledger/domain/annualcost"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/domain/product"
)

// Errors of a story.
var (
	ErrMalformed   = fact.Refuse(fact.Invalid, "story_malformed", "The file is not a story.")
	ErrUnsupported = fact.Refuse(fact.Invalid, "step_unsupported", "This version of the loan engine does not know the step.")
	ErrOrder       = fact.Refuse(fact.Invalid, "step_out_of_order", "The date of a step must not be before that of the step before it.")
	ErrRef         = fact.Refuse(fact.Invalid, "ref_reused", "A ref names one transaction.")
)

// Story is a file for simulate: terms and steps, or terms and a quote, or cash flows.
type Story struct {
	Terms     json.RawMessage `json:"terms,omitempty"`
	Principal money.Input     `json:"principal,omitempty"`
	Steps     []Step          `json:"steps,omitempty"`
	Quote     *Quote          `json:"quote,omitempty"`
	CashFlows json.RawMessage `json:"cash_flows,omitempty"`
	Measure   string          `json:"measure,omitempty"`
	Decimals  *int32          `json:"decimals,omitempty"`
}

// Quote asks what an offer costs when it is paid out on a date.
type Quote struct {
	On       date.Date `json:"on"`
	TermDays int       `json:"term_days,omitempty"` // where the terms leave it open
}

// Step is what happens on a business date.
type Step struct {
	On        date.Date   `json:"on"`
	Do        string      `json:"do"`
	Amount    money.Input `json:"amount,omitempty"`
	ValueDate date.Date   `json:"value_date,omitzero"`
	Ref       string      `json:"ref,omitempty"`
	Of        string      `json:"of,omitempty"`
	Days      int         `json:"days,omitempty"`
	Due       date.Date   `json:"due,omitzero"`
	Kind      string      `json:"kind,omitempty"`
	Reason    string      `json:"reason,omitempty"`
	From      string      `json:"from,omitempty"`
	Code      string      `json:"code,omitempty"` // of a signature: wrong plays a wrong code

	NewDue         date.Date       `json:"new_due,omitzero"`
	AddInstalments int             `json:"add_instalments,omitempty"`
	Rate           string          `json:"rate,omitempty"`
	Instalments    int             `json:"instalments,omitempty"`
	Every          json.RawMessage `json:"every,omitempty"`
}

// maxSteps and maxDays bound a story, so that a small file cannot ask for endless work.
const (
	maxSteps = 10_000
	maxDays  = 366 * 60
)

// Parse reads a story, strictly. Errors: story_malformed, terms_*.
func Parse(data []byte) (Story, error) {
	var s Story
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, ErrMalformed.With("%v", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return s, ErrMalformed.With("there is something after the story")
	}
	if len(s.CashFlows) > 0 {
		return s, nil
	}
	if len(s.Terms) == 0 || s.Quote == nil && len(s.Steps) == 0 {
		return s, ErrMalformed.With("it needs terms and steps, terms and a quote, or cash_flows")
	}
	if len(s.Steps) > maxSteps {
		return s, ErrMalformed.With("it has more than %d steps", maxSteps)
	}
	for _, step := range s.Steps {
		if step.On.IsZero() {
			return s, ErrMalformed.With("a step needs its date in on")
		}
		if step.On.Sub(s.Steps[0].On) > maxDays {
			return s, ErrMalformed.With("it goes on for more than %d days", maxDays)
		}
	}
	return s, nil
}

// AnnualCost answers a request of cash flows. Errors: story_malformed, annual_cost_undefined.
func (s Story) AnnualCost() (annualcost.Answer, error) {
	data, err := json.Marshal(struct {
		CashFlows json.RawMessage `json:"cash_flows"`
		Measure   string          `json:"measure"`
		Decimals  *int32          `json:"decimals,omitempty"`
	}{s.CashFlows, s.Measure, s.Decimals})
	if err != nil {
		return annualcost.Answer{}, ErrMalformed.With("%v", err)
	}
	var r annualcost.Request
	if err := json.Unmarshal(data, &r); err != nil {
		return annualcost.Answer{}, ErrMalformed.With("%v", err)
	}
	answer, err := r.Answer()
	if err != nil {
		return answer, loan.ErrNoAnnualCost.With("%v", err)
	}
	return answer, nil
}

// Price answers a quote. Errors: story_malformed, terms_*, amount_*, annual_cost_undefined.
func (s Story) Price() (loan.Quote, error) {
	if s.Quote == nil {
		return loan.Quote{}, ErrMalformed.With("it asks for no quote")
	}
	terms, err := product.ParseTerms(s.Terms)
	if err != nil {
		return loan.Quote{}, err
	}
	if s.Quote.TermDays != 0 {
		terms.TermDays = s.Quote.TermDays
	}
	if err := terms.Validate(); err != nil {
		return loan.Quote{}, err
	}
	if terms.TermDays < 1 || s.Quote.On.IsZero() {
		return loan.Quote{}, ErrMalformed.With("a quote needs a date and a term")
	}
	if terms, err = terms.Resolve(s.Quote.On); err != nil {
		return loan.Quote{}, err
	}
	principal, err := loan.ParseAmount(s.Principal, terms.Currency)
	if err != nil {
		return loan.Quote{}, err
	}
	return loan.QuoteTerms(terms, principal, s.Quote.On)
}
