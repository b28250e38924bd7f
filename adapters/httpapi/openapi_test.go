package httpapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The OpenAPI document is a contract: a change to it is to be seen.
func TestTheOpenAPIDocumentIsStable(t *testing.T) {
	h := newHouse(t)
	const golden = "testdata/openapi.json"
	got := append(h.api.Document(), '\n')
	if *update {
		must(t, os.WriteFile(golden, got, 0o644))
	}
	want, err := os.ReadFile(golden)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("the document is not that of %s; go test -update writes it anew", golden)
	}
	if r := h.get("", "/v1/openapi.json").want(200); !bytes.Equal(append(r.body, '\n'), want) {
		t.Error("another document is served")
	}
}

// Every reference leads somewhere, every operation is described and secured, and parameters of the
// path are there and required.
func TestTheOpenAPIDocumentIsSound(t *testing.T) {
	h := newHouse(t)
	var doc struct {
		OpenAPI    string
		Info       struct{ Title, Version string }
		Paths      map[string]map[string]operation
		Components struct {
			Schemas         map[string]any
			SecuritySchemes map[string]any
		}
	}
	must(t, json.Unmarshal(h.api.Document(), &doc))
	if doc.OpenAPI != "3.1.0" || doc.Info.Title == "" || doc.Info.Version == "" || doc.Components.SecuritySchemes["bearer"] == nil {
		t.Errorf("the head of the document: %s %+v", doc.OpenAPI, doc.Info)
	}
	for i, part := range strings.Split(string(h.api.Document()), `"$ref": "`) {
		name, _, _ := strings.Cut(strings.TrimPrefix(part, "#/components/schemas/"), `"`)
		if i > 0 && doc.Components.Schemas[name] == nil {
			t.Errorf("a reference to %s leads nowhere", name)
		}
	}
	for name, schema := range doc.Components.Schemas {
		checkSchema(t, name, schema)
	}
	ids := map[string]bool{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			op.check(t, method, path)
			if ids[op.OperationID] {
				t.Errorf("two operations are %s", op.OperationID)
			}
			ids[op.OperationID] = true
		}
	}
	for _, id := range []string{"loan.apply", "loan.approve", "loan.repay", "borrower.certify", "book.publish_product", "command.many", "log.events"} {
		if !ids[id] {
			t.Errorf("there is no operation %s", id)
		}
	}
}

// keywords is what a schema of this document may say, of JSON Schema 2020-12.
var keywords = []string{"$ref", "type", "format", "description", "examples", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength",
	"default", "items", "properties", "required", "additionalProperties", "anyOf", "contentEncoding", "contentMediaType"}

// checkSchema ends in an error for a schema that no validator would take.
func checkSchema(t *testing.T, where string, schema any) {
	s, is := schema.(map[string]any)
	if !is {
		t.Errorf("%s is not a schema", where)
		return
	}
	for word, value := range s {
		if !slices.Contains(keywords, word) {
			t.Errorf("%s says %s", where, word)
		}
		switch word {
		case "type":
			if !slices.Contains([]any{"string", "integer", "boolean", "array", "object", "null"}, value) {
				t.Errorf("%s is of type %v", where, value)
			}
		case "pattern":
			_, err := regexp.Compile(value.(string))
			must(t, err)
		case "properties":
			for name, field := range value.(map[string]any) {
				checkSchema(t, where+"."+name, field)
			}
		case "items":
			checkSchema(t, where+"[]", value)
		case "required":
			for _, name := range value.([]any) {
				if fields, _ := s["properties"].(map[string]any); fields[name.(string)] == nil {
					t.Errorf("%s needs %v and does not have it", where, name)
				}
			}
		}
	}
}

type operation struct {
	OperationID string
	Summary     string
	Tags        []string
	Security    []any
	Parameters  []struct {
		Name, In string
		Required bool
	}
	RequestBody struct {
		Content map[string]struct{ Schema map[string]any }
	}
	Responses map[string]struct {
		Description string
		Content     map[string]struct{ Schema map[string]any }
	}
}

func (op operation) check(t *testing.T, method, path string) {
	where := method + " " + path
	if op.Summary == "" || len(op.Tags) != 1 || op.OperationID == "" {
		t.Errorf("%s is not described", where)
	}
	secured := 1
	if strings.HasPrefix(path, "/v1/problems") {
		secured = 0
	} else if strings.HasPrefix(path, "/v1/certificates/") {
		secured = 2
	}
	if len(op.Security) != secured {
		t.Errorf("%s: security %v", where, op.Security)
	}
	if (len(op.RequestBody.Content) > 0) != (method != "get") {
		t.Errorf("%s: request body %v", where, op.RequestBody.Content)
	}
	named := map[string]bool{}
	for _, p := range op.Parameters {
		named[p.In+p.Name] = p.Required
	}
	for _, part := range strings.Split(path, "{")[1:] {
		if name, _, _ := strings.Cut(part, "}"); !named["path"+name] {
			t.Errorf("%s: the parameter %s is not there", where, name)
		}
	}
	if method == "post" && path != "/v1/commands" {
		if _, there := named["headerIdempotency-Key"]; !there {
			t.Errorf("%s takes no idempotency key", where)
		}
	}
	for status, r := range op.Responses {
		if r.Description == "" || len(r.Content) == 0 {
			t.Errorf("%s: the answer %s is not described", where, status)
		}
		if _, problem := r.Content["application/problem+json"]; (status == "default") != problem {
			t.Errorf("%s: the answer %s: %v", where, status, r.Content)
		}
	}
}
