package httpapi

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// Tags, which are the chapters of the documentation.
const (
	tagLenders   = "Lenders"
	tagLoans     = "Loans"
	tagBorrowers = "Borrowers"
	tagLog       = "Log"
	tagService   = "Service"
)

// aboutAPI is the first page of the documentation.
const aboutAPI = `Loans from the application to the last repayment, for lenders, their staff and their auditors.

Amounts are decimal strings in major units ("11200.00") with a currency beside them; a JSON number is refused. Dates are YYYY-MM-DD in the time zone of the lender, timestamps RFC 3339 in UTC, rates percent strings, identifiers UUIDs.

A command is a POST. Send an Idempotency-Key with it: the same key with the same body answers the first result again, with Idempotent-Replayed: true, for ever; the same key with another body is refused. Without a key nothing protects you from doing a thing twice. A command answers with the position of its last event in the log and the version of what it changed; the version is the ETag too, and with it in If-Match a command is refused when somebody else changed the same thing in between.

A read sees every command that was answered before it. With min_position it waits until the log has come there.

Errors are problem documents (RFC 9457). Their code is stable; their detail never repeats what was sent.`

func openAPIConfig(version string) huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Loan ledger", Version: version, Description: aboutAPI},
			Components: &huma.Components{
				Schemas: newRegistry(),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"bearer": {Type: "http", Scheme: "bearer", Description: "A token for named lenders, in a role."},
				},
			},
			Tags: []*huma.Tag{
				{Name: tagLenders, Description: "Who lends, on which terms, and on which business date."},
				{Name: tagLoans, Description: "The life of a loan, and every question about it."},
				{Name: tagBorrowers, Description: "Who owes, and the proof that nothing is owed."},
				{Name: tagLog, Description: "Every event, in order, without gaps; and many commands at once."},
				{Name: tagService, Description: "Health, metrics, and the codes of problems."},
			},
		},
		Formats:       huma.DefaultFormats,
		DefaultFormat: "application/json",
	}
}

// documentBody describes the body of a command, which is read by its own decoder.
func (a *API) documentBody(op *huma.Operation, body reflect.Type) {
	media := &huma.MediaType{Schema: a.huma.OpenAPI().Components.Schemas.Schema(body, true, "")}
	if e := examples[op.OperationID]; e.body != "" {
		media.Example = json.RawMessage(e.body)
	}
	op.RequestBody = &huma.RequestBody{
		Required: body.NumField() > 0, Content: map[string]*huma.MediaType{"application/json": media},
	}
}

// documentAnswer describes an answer that is not JSON of a Go type.
func documentAnswer(op *huma.Operation, mediaType string, s *huma.Schema) {
	op.Responses["200"].Content = map[string]*huma.MediaType{mediaType: {Schema: s}}
}

// publishDocument serves the OpenAPI document. It is written once, when every route is there.
func (a *API) publishDocument() {
	openAnswers(a.huma.OpenAPI())
	documentFields(a.huma.OpenAPI().Components.Schemas.Map())
	document, err := json.MarshalIndent(a.huma.OpenAPI(), "", " ")
	if err != nil {
		panic("httpapi: the OpenAPI document: " + err.Error())
	}
	a.document = document
	a.mux.HandleFunc("GET /v1/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(a.document)
	})
}

// openAnswers lets answers have more fields in later versions than the document knows; only bodies
// that are sent must not.
func openAnswers(o *huma.OpenAPI) {
	sent := map[string]bool{}
	for _, item := range o.Paths {
		for _, op := range []*huma.Operation{item.Post, item.Put} {
			if op == nil || op.RequestBody == nil {
				continue
			}
			for _, media := range op.RequestBody.Content {
				markSent(o.Components.Schemas, media.Schema, sent)
			}
		}
	}
	for name, s := range o.Components.Schemas.Map() {
		if !sent[name] {
			s.AdditionalProperties = nil
		}
	}
}

func markSent(r huma.Registry, s *huma.Schema, sent map[string]bool) {
	if s == nil {
		return
	}
	if name, is := strings.CutPrefix(s.Ref, schemaPrefix); is && !sent[name] {
		sent[name] = true
		markSent(r, r.SchemaFromRef(s.Ref), sent)
	}
	markSent(r, s.Items, sent)
	for _, p := range s.Properties {
		markSent(r, p, sent)
	}
}
