package story_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"loanledger/domain/fact"
	"loanledger/domain/story"
)

const steps = `{"terms": {"currency": "EUR", "term_days": 30, "interest": {"method": "declining", "rate": "1", "per": "day"}}, "principal": "100.00", "steps": [%s]}`

func codeOf(err error) string {
	if r, _, ok := fact.Explain(err); ok {
		return r.Code
	}
	return ""
}

func TestStoriesThatAreMalformed(t *testing.T) {
	step := `{"on": "2026-11-02", "do": "apply"}`
	for _, text := range []string{
		``, `[]`, `{}`, `null`, `{"steps": []}`, fmt.Sprintf(steps, ``), fmt.Sprintf(steps, step) + `{}`, `{"steps": [` + step + `]}`,
		fmt.Sprintf(steps, `{"do": "apply"}`), fmt.Sprintf(steps, `{"on": "2026-11-31", "do": "apply"}`),
		fmt.Sprintf(steps, `{"on": "2026-11-02", "do": "apply", "how": "fast"}`), fmt.Sprintf(steps, step+`, {"on": "2087-01-01", "do": "show"}`),
		fmt.Sprintf(steps, strings.Repeat(step+",", 10_000)+step), fmt.Sprintf(steps, `{"on": "2026-11-02", "do": "repay", "amount": 5}`),
	} {
		if _, err := story.Parse([]byte(text)); !errors.Is(err, story.ErrMalformed) {
			t.Errorf("%.60q: %v", text, err)
		}
	}
	var none story.Story
	if err := none.Play(func(story.Answer) error { return nil }); !errors.Is(err, story.ErrMalformed) {
		t.Errorf("playing nothing: %v", err)
	}
	if _, err := none.Price(); !errors.Is(err, story.ErrMalformed) {
		t.Errorf("pricing nothing: %v", err)
	}
}

// TestStepsThatAreRefused: the step carries its code, and the story goes on.
func TestStepsThatAreRefused(t *testing.T) {
	text := fmt.Sprintf(steps, `{"on": "2026-11-02", "do": "repay", "amount": "1.00"},
		{"on": "2026-11-02", "do": "apply"}, {"on": "2026-11-02", "do": "apply"}, {"on": "2026-11-02", "do": "approve"},
		{"on": "2026-11-02", "do": "disburse", "amount": "99.00"}, {"on": "2026-11-02", "do": "disburse", "amount": "99.001"},
		{"on": "2026-11-02", "do": "disburse", "amount": "100.00", "ref": "out"}, {"on": "2026-11-05", "do": "dance"},
		{"on": "2026-11-04", "do": "repay", "amount": "1.00"}, {"on": "2026-11-05", "do": "repay", "amount": "1.00", "ref": "out"},
		{"on": "2026-11-05", "do": "repay", "amount": "1.00", "ref": "in"}, {"on": "2026-11-05", "do": "close_day"},
		{"on": "2026-11-05", "do": "show"}, {"on": "2026-11-05", "do": "repay", "amount": "1.00"}`)
	want := []string{
		"loan_not_found", "", "loan_already_active", "", "step_unsupported", "amount_over_precise", "", "step_unsupported", "step_out_of_order",
		"ref_reused", "", "", "", "step_out_of_order",
	}
	s, err := story.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	err = s.Play(func(a story.Answer) error {
		got := ""
		if a.Error != nil {
			got = a.Error.Code
		}
		if got != want[i] || a.Step != i+1 {
			t.Errorf("step %d (%s): %q, want %q", a.Step, a.Do, got, want[i])
		}
		i++
		return nil
	})
	if err != nil || i != len(want) {
		t.Errorf("%d steps were answered, %v", i, err)
	}
	stop := errors.New("stop")
	if err := s.Play(func(story.Answer) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("what handing over returned is answered as %v", err)
	}
}

// TestStoriesOfAnyTime: a story may play long ago, or far ahead.
func TestStoriesOfAnyTime(t *testing.T) {
	for _, year := range []string{"1900", "1960", "2100", "9998"} {
		text := strings.ReplaceAll(fmt.Sprintf(steps, `{"on": "Y-11-02", "do": "apply"}, {"on": "Y-11-02", "do": "approve"},
			{"on": "Y-11-02", "do": "disburse"}, {"on": "Y-11-12", "do": "show"}`), "Y", year)
		lines := strings.Split(strings.TrimSpace(string(play(t, []byte(text)))), "\n")
		var last story.Answer
		if err := json.Unmarshal([]byte(lines[3]), &last); err == nil && last.Balances.Interest.String() != "10.00" {
			t.Errorf("in %s: %s", year, lines[3])
		}
	}
}

// TestQuotes: with a term of the terms' own or of the quote's; never for a length without a price.
func TestQuotes(t *testing.T) {
	const fixed = `{"terms": {"currency": "EUR", "interest": {"method": "fixed_fee", "prices": [{"days": 15, "percent": "18"}, {"days": 30, "percent": "35"}]},
		"prepayment": {"interest": "full_period"}}, "principal": "300.00", "quote": {"on": "2026-11-02"%s}}`
	for _, c := range []struct{ text, total, code string }{
		{fmt.Sprintf(fixed, `, "term_days": 15`), "354.00", ""},
		{fmt.Sprintf(fixed, `, "term_days": 30`), "405.00", ""},
		{fmt.Sprintf(fixed, `, "term_days": 20`), "", "terms_invalid"},
		{fmt.Sprintf(fixed, `, "term_days": -15`), "", "terms_invalid"},
		{fmt.Sprintf(fixed, `, "term_days": 2000000000`), "", "terms_invalid"},
		{fmt.Sprintf(fixed, ``), "", "story_malformed"},
		{strings.Replace(fmt.Sprintf(fixed, `, "term_days": 15`), `"on": "2026-11-02",`, ``, 1), "", "story_malformed"},
		{strings.Replace(fmt.Sprintf(fixed, `, "term_days": 15`), `300.00`, `-300.00`, 1), "", "amount_not_positive"},
		{strings.Replace(fmt.Sprintf(fixed, `, "term_days": 15`), `EUR`, `XXX`, 1), "", "terms_invalid"},
	} {
		s, err := story.Parse([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		q, err := s.Price()
		if codeOf(err) != c.code || err == nil && q.Total.String() != c.total {
			t.Errorf("%s: %s %v", c.text, q.Total, err)
		}
	}
}

// TestPublishedAnnualCosts: figures of the Commission's examples and of offers, by their source.
func TestPublishedAnnualCosts(t *testing.T) {
	for source, c := range map[string]struct{ request, want string }{
		"Directive 98/7/EC, annex III, first example": {`{"cash_flows": [{"years": 0, "amount": "-1000.00"}, {"years": 1.4958904109589042, "amount": "1200.00"}], "measure": "apr_eu", "decimals": 2}`, "12.96"},
		"SWD(2012)128, section 4.1.1":                 {`{"cash_flows": [{"date": "2012-01-12", "amount": "-1000.00"}, {"date": "2012-03-15", "amount": "2000.00"}], "measure": "apr_eu", "decimals": 4}`, "5163.7376"},
		"a Russian offer of 30 000.00 in six payments": {`{"cash_flows": [{"date": "2025-03-03", "amount": "-30000.00"}, {"date": "2025-03-17", "amount": "7132.20"}, {"date": "2025-03-31", "amount": "7132.20"},
			{"date": "2025-04-14", "amount": "7132.20"}, {"date": "2025-04-28", "amount": "7132.20"}, {"date": "2025-05-12", "amount": "7132.20"}, {"date": "2025-05-26", "amount": "7132.20"}],
			"measure": "psk_ru", "decimals": 3}`, "292.000"},
	} {
		s, err := story.Parse([]byte(c.request))
		if err != nil {
			t.Fatal(err)
		}
		if a, err := s.AnnualCost(); err != nil || a.Value != c.want {
			t.Errorf("%s: %s %v, want %s", source, a.Value, err, c.want)
		}
	}
	s, _ := story.Parse([]byte(`{"cash_flows": [{"date": "2025-03-03", "amount": "100.00"}], "measure": "irr"}`))
	if _, err := s.AnnualCost(); codeOf(err) != "annual_cost_undefined" {
		t.Errorf("one payment: %v", err)
	}
}
