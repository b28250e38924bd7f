package main_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// The stories of domain/story are played here over HTTP, on Postgres and NATS, all at once on one
// service whose test clock passes every date once. What comes back is held against the answers that
// the pure domain gave, which are kept beside the stories.

// tale is a story on its way over HTTP.
type tale struct {
	name   string
	terms  map[string]any
	lender string
	steps  []taleStep
	kept   []map[string]any

	principal, phone string
	loan             string
}

type taleStep struct {
	tale   *tale
	nr     int
	On     string `json:"on"`
	Do     string `json:"do"`
	Amount string `json:"amount"`
	Ref    string `json:"ref"`
	Days   int    `json:"days"`
	Code   string `json:"code"`
}

func TestStoriesOverHTTP(t *testing.T) {
	tales := readTales(t)
	var steps []taleStep
	for _, tale := range tales {
		steps = append(steps, tale.steps...)
	}
	slices.SortStableFunc(steps, func(a, b taleStep) int { return cmp.Compare(a.On, b.On) })
	today := steps[0].On
	d := startDev(t, t.TempDir(), "--no-samples", "--clock", today)
	for _, tale := range tales {
		tale.publish(d)
	}
	for _, step := range steps {
		if days := daysBetween(t, today, step.On); days > 0 {
			d.must("operator", http.MethodPost, "/sandbox/clock", "", map[string]int{"advance_days": days})
			today = step.On
		}
		t.Run(fmt.Sprintf("%s/%d-%s", step.tale.name, step.nr, step.Do), func(t *testing.T) { step.play(t, d) })
	}
	if out, err := d.tool("verify"); err != nil {
		t.Fatalf("verify: %v\n%s", err, out)
	}
}

func readTales(t *testing.T) []*tale {
	t.Helper()
	files, err := filepath.Glob("../../domain/story/testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	var tales []*tale
	for i, file := range files {
		var story struct {
			Terms     map[string]any `json:"terms"`
			Principal string         `json:"principal"`
			Steps     []taleStep     `json:"steps"`
		}
		readJSON(t, file, &story)
		tale := &tale{
			name: strings.TrimSuffix(filepath.Base(file), ".json"), terms: story.Terms, lender: "smartcash",
			steps: story.Steps, principal: story.Principal, phone: fmt.Sprintf("+7916000%04d", i),
		}
		if story.Terms["currency"] == "EUR" {
			tale.lender = "cashper"
		}
		for i := range tale.steps {
			tale.steps[i].tale, tale.steps[i].nr = tale, i+1
		}
		answers, err := os.ReadFile(file + "l")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(answers)) {
			var kept map[string]any
			if err := json.Unmarshal([]byte(line), &kept); err != nil {
				t.Fatal(err)
			}
			tale.kept = append(tale.kept, kept)
		}
		tales = append(tales, tale)
	}
	return tales
}

func readJSON(t *testing.T, file string, v any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func daysBetween(t *testing.T, from, to string) int {
	t.Helper()
	a, err := time.Parse(time.DateOnly, from)
	if err != nil {
		t.Fatal(err)
	}
	b, err := time.Parse(time.DateOnly, to)
	if err != nil {
		t.Fatal(err)
	}
	return int(b.Sub(a).Hours() / 24)
}

// publish puts the terms of the story on offer, under the story's name.
func (s *tale) publish(d *devService) {
	terms := map[string]any{}
	for k, v := range s.terms {
		if k != "term_days" {
			terms[k] = v
		}
	}
	d.must("operator", http.MethodPut, "/v1/lenders/"+s.lender+"/products/"+s.name, "", map[string]any{
		"code": s.name, "name": s.name, "sample": true, "min_principal": s.principal, "max_principal": s.principal,
		"min_term_days": 1, "max_term_days": 366, "offer_days": 366, "terms": terms,
	})
}

// play does the step, and holds what the service says against what the domain said.
func (s taleStep) play(t *testing.T, d *devService) {
	kept := s.tale.kept[s.nr-1]
	var code any
	if s.Do != "show" {
		a, err := d.call(t.Context(), "service", http.MethodPost, s.path(), s.tale.name+fmt.Sprint(s.nr), s.body(t, d))
		if err != nil {
			t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(a.body, &m); err != nil {
			t.Fatalf("%d %s", a.status, a.body)
		}
		code = m["code"]
		if s.Do == "apply" {
			s.tale.loan, _ = m["loan_id"].(string)
		}
	}
	var want any
	if refused, is := kept["error"].(map[string]any); is {
		want = refused["code"]
	}
	if code != want {
		t.Fatalf("the answer has the code %v, the domain's has %v", code, want)
	}
	loan := d.must("auditor", http.MethodGet, "/v1/loans/"+s.tale.loan+"?as_of="+s.On, "", nil)
	for _, field := range []string{"status", "balances", "days_past_due"} {
		same(t, field, loan[field], kept[field])
	}
	if kept["schedule"] == nil {
		return
	}
	schedule := d.must("auditor", http.MethodGet, "/v1/loans/"+s.tale.loan+"/schedule?as_of="+s.On, "", nil)
	same(t, "schedule", schedule["schedule"], kept["schedule"])
	same(t, "charges", schedule["charges"], kept["charges"])
	transactions := d.must("auditor", http.MethodGet, "/v1/loans/"+s.tale.loan+"/transactions", "", nil)
	same(t, "transactions", without(transactions["transactions"], "transaction_id"), without(kept["transactions"], "transaction_id"))
	journal := d.must("auditor", http.MethodGet, "/v1/loans/"+s.tale.loan+"/journal", "", nil)
	same(t, "journal", journal["journal"], kept["journal"])
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s over HTTP:\n%v\nin the domain:\n%v", what, got, want)
	}
}

// without leaves a field out of every object of a list: identifiers differ from run to run.
func without(list any, field string) any {
	for _, item := range list.([]any) {
		delete(item.(map[string]any), field)
	}
	return list
}

func (s taleStep) path() string {
	resources := map[string]string{
		"approve": "approval", "reject": "rejection", "cancel": "cancellation", "sign": "signature",
		"disburse": "disbursement", "repay": "repayments", "prolong": "prolongations",
	}
	if s.Do == "apply" {
		return "/v1/loans"
	}
	return "/v1/loans/" + s.tale.loan + "/" + resources[s.Do]
}

func (s taleStep) body(t *testing.T, d *devService) any {
	switch s.Do {
	case "apply":
		return map[string]any{
			"lender": s.tale.lender, "product": s.tale.name, "principal": s.tale.principal, "term_days": s.tale.terms["term_days"],
			"borrower": map[string]string{
				"full_name": "Story Teller", "birth_date": "1990-01-01", "document_number": "STORY " + s.tale.phone, "phone": s.tale.phone,
			},
		}
	case "sign":
		code := d.signingCode(t, s.tale.phone)
		if s.Code == "wrong" {
			code = string('0'+(code[0]-'0'+1)%10) + code[1:]
		}
		return map[string]string{"code": code}
	case "disburse":
		return map[string]string{"ref": s.Ref}
	case "repay":
		return map[string]string{"amount": s.Amount, "ref": s.Ref}
	case "prolong":
		body := map[string]any{"days": s.Days, "ref": s.Ref}
		if s.Amount != "" {
			body["payment"] = s.Amount
		}
		return body
	}
	return nil
}

// signingCode is the code in the latest message to a phone, which may take a moment to come.
func (d *devService) signingCode(t *testing.T, phone string) string {
	t.Helper()
	for range 100 {
		a, err := d.call(t.Context(), "operator", http.MethodGet, "/sandbox/messages?to="+strings.ReplaceAll(phone, "+", "%2B"), "", nil)
		if err != nil {
			t.Fatal(err)
		}
		var messages []struct {
			Code string `json:"code"`
		}
		if err := json.Unmarshal(a.body, &messages); err != nil {
			t.Fatalf("%d %s", a.status, a.body)
		}
		for _, m := range messages {
			if m.Code != "" {
				return m.Code
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("no code came to %s", phone)
	return ""
}
