package httpapi_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"loanledger/adapters/httpapi"
	"loanledger/domain/ledger"
	"loanledger/domain/product"

	"github.com/google/uuid"
)

func TestTheExamplesAreCommands(t *testing.T) {
	for id, body := range httpapi.BodiesOfExamples() {
		switch id {
		case "loan.quote", "book.close_day":
			if !json.Valid([]byte(body)) {
				t.Errorf("%s: %s", id, body)
			}
		case "command.many":
			must(t, httpapi.ParseLine([]byte(body)))
		case "book.publish_product":
			_, err := product.Parse([]byte(body))
			must(t, err)
		default:
			entry, err := ledger.Lookup(id)
			must(t, err)
			_, err = entry.Decode(uuid.Nil, []byte(body))
			must(t, err)
		}
	}
	h := newHouse(t)
	h.post("service", "/v1/quotes", httpapi.BodiesOfExamples()["loan.quote"]).want(200).has("cost", "1200.00")
	h.post("service", "/v1/loans", httpapi.BodiesOfExamples()["loan.apply"]).want(201)
	h.post("operator", "/v1/lenders/smartcash/day-closings", httpapi.BodiesOfExamples()["book.close_day"]).want(200)
}

func TestThePageOfTheAPI(t *testing.T) {
	h := newHouse(t)
	r := h.get("", "/docs").want(200)
	page := string(r.body)
	if csp := r.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "script") {
		t.Errorf("the policy is %s", csp)
	}
	for _, never := range []string{"<script", "<style", "style=", "onclick", "http://", "https://", "ZgotmplZ"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %s", never)
		}
	}
	ids := regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1)
	var names []string
	for _, id := range ids {
		if slices.Contains(names, id[1]) {
			t.Errorf("two things are named %s", id[1])
		}
		names = append(names, id[1])
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !slices.Contains(names, link[1]) {
			t.Errorf("the link to %s leads nowhere", link[1])
		}
	}
	var doc struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	must(t, json.Unmarshal(h.api.Document(), &doc))
	for _, methods := range doc.Paths {
		for _, op := range methods {
			if !slices.Contains(names, op.OperationID) {
				t.Errorf("the page lacks %s", op.OperationID)
			}
		}
	}
	for _, code := range httpapi.Codes() {
		if !slices.Contains(names, "problem-"+code) {
			t.Errorf("the page lacks the problem %s", code)
		}
	}
	style := h.get("", "/docs/style.css").want(200)
	if style.header.Get("Content-Type") != "text/css; charset=utf-8" || strings.Contains(string(style.body), "@import") || strings.Contains(string(style.body), "url(") {
		t.Error("the style sheet")
	}
}
