package httpapi

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"
)

//go:embed docs/page.html docs/style.css
var docsFiles embed.FS

// docsPolicy lets the page have its own style sheet and nothing else: no script, no frame, no form.
const docsPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// registerDocs serves the readable page of the API, which is written once from the OpenAPI document.
func (a *API) registerDocs() {
	style, err := docsFiles.ReadFile("docs/style.css")
	if err != nil {
		panic("httpapi: " + err.Error())
	}
	page, err := a.renderDocs()
	if err != nil {
		panic("httpapi: the page of the API: " + err.Error())
	}
	serve := func(contentType string, content []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Content-Security-Policy", docsPolicy)
			w.Header().Set("Cache-Control", "no-cache")
			_, _ = w.Write(content)
		}
	}
	a.mux.HandleFunc("GET /docs", serve("text/html; charset=utf-8", page))
	a.mux.HandleFunc("GET /docs/style.css", serve("text/css; charset=utf-8", style))
}

func (a *API) renderDocs() ([]byte, error) {
	text, err := docsFiles.ReadFile("docs/page.html")
	if err != nil {
		return nil, err
	}
	t, err := template.New("page").Funcs(template.FuncMap{"lower": strings.ToLower}).Parse(string(text))
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	err = t.Execute(&page, a.describePage())
	return page.Bytes(), err
}
