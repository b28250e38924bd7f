package sandbox

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"loanledger/domain/date"
)

//go:embed assets/messages.html
var pageText string

//go:embed assets/messages.css
var style []byte

var page = template.Must(template.New("messages").Funcs(template.FuncMap{
	"clock": func(t time.Time) string { return t.UTC().Format("2 Jan 2006, 15:04 UTC") },
}).Parse(pageText))

// LenderDay is the business date of a lender.
type LenderDay struct {
	Code         string    `json:"code"`
	BusinessDate date.Date `json:"business_date"`
}

// Days closes every date that has ended by the clock, and tells the business date of each lender.
type Days func(ctx context.Context) ([]LenderDay, error)

// Handlers is the sandbox over HTTP, by pattern. A nil clock is none.
func Handlers(clock *Clock, messages *Messages, days Days) map[string]http.Handler {
	return map[string]http.Handler{
		"POST /sandbox/clock":       http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { advance(w, r, clock, days) }),
		"GET /sandbox/messages":     http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { show(w, r, messages) }),
		"GET /sandbox/messages.css": http.HandlerFunc(showStyle),
	}
}

// mostDays is how far the clock is advanced at once, at most.
const mostDays = 3660

// advance moves the clock and answers once all days are closed.
func advance(w http.ResponseWriter, r *http.Request, clock *Clock, days Days) {
	if clock == nil {
		problem(w, http.StatusConflict, "no_test_clock", "There is no test clock: start loanledger dev with --clock.")
		return
	}
	var order struct {
		AdvanceDays int `json:"advance_days"`
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<10))
	if err != nil || kind != "application/json" || json.Unmarshal(data, &order) != nil || order.AdvanceDays < 1 || order.AdvanceDays > mostDays {
		problem(w, http.StatusUnprocessableEntity, "advance_days_invalid", fmt.Sprintf("Send JSON: advance_days, 1 to %d.", mostDays))
		return
	}
	if err := clock.Advance(r.Context(), order.AdvanceDays); err != nil {
		problem(w, http.StatusInternalServerError, "internal", "The clock could not be moved.")
		return
	}
	closed, err := days(r.Context())
	if err != nil {
		problem(w, http.StatusInternalServerError, "internal", "The clock was moved, and closing the days failed; it is tried again by itself.")
		return
	}
	answer(w, map[string]any{"today": clock.Today(), "now": clock.Now(), "lenders": closed})
}

// show lists the captured messages: as JSON, or as a page for a browser.
func show(w http.ResponseWriter, r *http.Request, messages *Messages) {
	to := r.URL.Query().Get("to")
	list, err := messages.list(r.Context(), numberFromQuery(to))
	if err != nil {
		problem(w, http.StatusInternalServerError, "internal", "The messages could not be read.")
		return
	}
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		if list == nil {
			list = []Message{}
		}
		answer(w, list)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Cache-Control", "no-store")
	_ = page.Execute(w, map[string]any{"To": to, "Messages": list}) // a reader who has gone is no error
}

// numberFromQuery gives a telephone number its plus back, which an address that was not escaped reads
// as a space.
func numberFromQuery(to string) string {
	if digits, spaced := strings.CutPrefix(to, " "); spaced {
		return "+" + digits
	}
	return to
}

func showStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(style)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v) // a reader who has gone is no error
}

func problem(w http.ResponseWriter, status int, code, title string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "title": title, "status": status, "code": code})
}
