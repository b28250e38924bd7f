package httpapi

import (
	"fmt"
	"loanledger/adapters/internal/faults"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The page of the API, as its template sees it.
type (
	docPage struct {
		Title, Version string
		About          []string
		Chapters       []docChapter
		Shapes         []docShape
		Problems       []meaning
	}
	docChapter struct {
		Name, About string
		Operations  []docOperation
	}
	docOperation struct {
		ID, Method, Path, Summary string
		About                     []string
		Parameters, Body          []docField
		BodyShape                 string
		Example                   string
		Answer                    docAnswer
	}
	docAnswer struct {
		Status  string
		Media   string
		Type    docType
		Headers []docField
	}
	docShape struct {
		Name   string
		Fields []docField
	}
	docField struct {
		Name, In, About, Example, Values string
		Required                         bool
		Type                             docType
	}
	docType struct {
		Text string // such as "list of"
		Link string // the shape, or empty
	}
)

const schemaPrefix = "#/components/schemas/"

func (a *API) describePage() docPage {
	o := a.huma.OpenAPI()
	p := docPage{Title: o.Info.Title, Version: o.Info.Version, About: paragraphs(o.Info.Description), Problems: meaningsOf()}
	for _, tag := range o.Tags {
		c := docChapter{Name: tag.Name, About: tag.Description}
		for _, op := range a.operations {
			if slices.Contains(op.Tags, tag.Name) {
				c.Operations = append(c.Operations, a.describeOperation(op))
			}
		}
		p.Chapters = append(p.Chapters, c)
	}
	schemas := o.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		if len(schemas[name].Properties) > 0 {
			p.Shapes = append(p.Shapes, docShape{Name: name, Fields: describeFields(schemas[name])})
		}
	}
	return p
}

func (a *API) describeOperation(op *huma.Operation) docOperation {
	d := docOperation{
		ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary, About: paragraphs(op.Description),
		Example: exampleRequest(op), Answer: describeAnswer(op),
	}
	for _, p := range op.Parameters {
		f := describeField(p.Name, p.Schema, p.Required)
		f.In = p.In
		d.Parameters = append(d.Parameters, f)
	}
	if op.RequestBody != nil {
		for _, media := range op.RequestBody.Content {
			d.BodyShape = strings.TrimPrefix(media.Schema.Ref, schemaPrefix)
			d.Body = describeFields(a.huma.OpenAPI().Components.Schemas.SchemaFromRef(media.Schema.Ref))
		}
	}
	return d
}

// describeAnswer is the answer of a success.
func describeAnswer(op *huma.Operation) (d docAnswer) {
	for status, r := range op.Responses {
		if status == "default" {
			continue
		}
		d.Status = status
		for media, content := range r.Content {
			d.Media, d.Type = media, typeOf(content.Schema)
		}
		for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
			d.Headers = append(d.Headers, describeField(name, r.Headers[name].Schema, false))
		}
	}
	return d
}

// describeFields is the fields of a shape: those that are needed first, then in the order of the alphabet.
func describeFields(s *huma.Schema) []docField {
	var fields []docField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		fields = append(fields, describeField(name, s.Properties[name], slices.Contains(s.Required, name)))
	}
	slices.SortStableFunc(fields, func(a, b docField) int {
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		}
		return 1
	})
	return fields
}

func describeField(name string, s *huma.Schema, required bool) docField {
	f := docField{Name: name, About: s.Description, Required: required, Type: typeOf(s)}
	if len(s.Examples) > 0 {
		f.Example = fmt.Sprint(s.Examples[0])
	}
	values := make([]string, len(s.Enum))
	for i, v := range s.Enum {
		values[i] = fmt.Sprint(v)
	}
	f.Values = strings.Join(values, " · ")
	return f
}

// typeOf names a type for people.
func typeOf(s *huma.Schema) docType {
	switch {
	case s.Ref != "":
		return docType{Link: strings.TrimPrefix(s.Ref, schemaPrefix)}
	case len(s.AnyOf) > 0:
		inner := typeOf(s.AnyOf[0])
		return docType{Text: strings.TrimSpace("null or " + inner.Text), Link: inner.Link}
	case s.Items != nil:
		inner := typeOf(s.Items)
		return docType{Text: strings.TrimSpace("list of " + inner.Text), Link: inner.Link}
	case s.Format == "int64" || s.Format == "int32":
		return docType{Text: "integer"}
	case s.Format == "date-time":
		return docType{Text: "timestamp"}
	case s.Format != "":
		return docType{Text: s.Format}
	case s.Type == "":
		return docType{Text: "anything"}
	}
	return docType{Text: s.Type}
}

func paragraphs(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n\n"), func(p string) bool { return strings.TrimSpace(p) == "" })
}

// exampleRequest is the operation as a command for a shell.
func exampleRequest(op *huma.Operation) string {
	thing := "$LOAN"
	if strings.HasPrefix(op.Path, "/v1/borrowers") {
		thing = "$BORROWER"
	}
	path := strings.NewReplacer("{id}", thing, "{product}", "payday", "{number}", "SC-7K3M-9QFD-X2A0").Replace(op.Path)
	code := "smartcash"
	if strings.HasPrefix(op.Path, faults.Path) {
		code = "loan_closed"
	}
	e := examples[op.OperationID]
	var b strings.Builder
	b.WriteString("curl ")
	if op.Method != http.MethodGet {
		b.WriteString("-X " + op.Method + " ")
	}
	b.WriteString(`"$URL` + strings.ReplaceAll(path, "{code}", code) + e.query + `"`)
	if len(op.Security) == 1 {
		b.WriteString(" \\\n  -H \"Authorization: Bearer $TOKEN\"")
	}
	if slices.ContainsFunc(op.Parameters, func(p *huma.Param) bool { return p.Name == "Idempotency-Key" }) && op.OperationID != "loan.quote" {
		b.WriteString(" \\\n  -H \"Idempotency-Key: $(uuidgen)\"")
	}
	if e.body != "" {
		media := "application/json"
		if op.OperationID == "command.many" {
			media = mediaLines
		}
		b.WriteString(" \\\n  -H \"Content-Type: " + media + "\" \\\n  -d '" + e.body + "'")
	}
	return b.String()
}
