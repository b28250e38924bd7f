package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/adapters/sandbox"
	"loanledger/domain/date"

	"github.com/jackc/pgx/v5/pgxpool"
)

func database(t *testing.T) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), pgtest.Database(t, sandbox.Migrations))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func openClock(t *testing.T, pool *pgxpool.Pool, start date.Date, notBefore time.Time) *sandbox.Clock {
	t.Helper()
	c, err := sandbox.OpenClock(t.Context(), pool, start, notBefore)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheClockStaysWhereItWasLeft(t *testing.T) {
	pool := database(t)
	if c := openClock(t, pool, date.Date{}, time.Time{}); c != nil {
		t.Fatal("a clock that nobody started")
	}
	start := date.New(2026, 3, 2)
	c := openClock(t, pool, start, time.Time{})
	moscow, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	if got := date.Of(c.Now(), moscow); got != start || c.Today() != start {
		t.Fatalf("it stands on %s", got)
	}
	if err := c.Advance(t.Context(), 15); err != nil {
		t.Fatal(err)
	}
	want := date.New(2026, 3, 17)
	late := want.Time().Add(12 * time.Hour)
	for _, again := range []date.Date{start, {}} {
		c = openClock(t, pool, again, late)
		if c.Today() != want || c.Now().Before(late) {
			t.Errorf("opened again it stands on %s at %s", c.Today(), c.Now())
		}
	}
	c = openClock(t, pool, start, want.Time().Add(40*time.Hour))
	if got := date.Of(c.Now(), moscow); got != want {
		t.Errorf("the time of day ran into %s", got)
	}
}

func TestAMessageIsCapturedOnce(t *testing.T) {
	m := sandbox.NewMessages(database(t))
	for i, msg := range []sandbox.Message{
		{ID: "1-1", To: "+79161234567", Channel: "sms", Kind: "code", Text: "first <b>", Code: "482913"},
		{ID: "1-1", To: "+79161234567", Channel: "sms", Kind: "code", Text: "again", Code: "482913"},
		{ID: "1-2", To: "+79160000000", Channel: "sms", Kind: "settled", Text: "another"},
	} {
		msg.At = time.Date(2026, 3, 2, 6, i, 0, 0, time.UTC)
		if err := m.Capture(t.Context(), msg); err != nil {
			t.Fatal(err)
		}
	}
	get := func(path, accept string) (int, string) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		sandbox.Handlers(nil, m, nil)["GET /sandbox/messages"].ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	var list []sandbox.Message
	for path, want := range map[string]string{
		"/sandbox/messages":                       "another first <b>",
		"/sandbox/messages?to=%2B79161234567":     "first <b>",
		"/sandbox/messages?to=+79161234567":       "first <b>",
		"/sandbox/messages?to=nobody@example.org": "",
	} {
		_, body := get(path, "*/*")
		if err := json.Unmarshal([]byte(body), &list); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		var texts []string
		for _, msg := range list {
			texts = append(texts, msg.Text)
		}
		if got := strings.Join(texts, " "); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if code, body := get("/sandbox/messages", "text/html"); code != 200 || !strings.Contains(body, "482913") || strings.Contains(body, "<b>\n") || !strings.Contains(body, "first &lt;b&gt;") {
		t.Errorf("the page: %d %s", code, body)
	}
}

func TestAdvancing(t *testing.T) {
	clock := openClock(t, database(t), date.New(2026, 3, 2), time.Time{})
	var failing error
	days := func(context.Context) ([]sandbox.LenderDay, error) {
		return []sandbox.LenderDay{{Code: "smartcash", BusinessDate: clock.Today()}}, failing
	}
	post := func(c *sandbox.Clock, kind, body string) (int, string) {
		r := httptest.NewRequest(http.MethodPost, "/sandbox/clock", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		sandbox.Handlers(c, nil, days)["POST /sandbox/clock"].ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	for _, body := range []string{"", "{}", `{"advance_days": 0}`, `{"advance_days": -1}`, `{"advance_days": 4000}`, `{"advance_days": "1"}`, strings.Repeat(" ", 5000)} {
		if code, answer := post(clock, "application/json", body); code != 422 || !strings.Contains(answer, "advance_days_invalid") {
			t.Errorf("%.20q: %d %s", body, code, answer)
		}
	}
	if code, _ := post(clock, "text/plain", `{"advance_days": 1}`); code != 422 {
		t.Errorf("a form of another page moved the clock: %d", code)
	}
	if code, answer := post(nil, "application/json", `{"advance_days": 1}`); code != 409 || !strings.Contains(answer, "no_test_clock") {
		t.Errorf("without a clock: %d %s", code, answer)
	}
	if clock.Today() != date.New(2026, 3, 2) {
		t.Fatalf("a refused order moved the clock to %s", clock.Today())
	}
	if code, answer := post(clock, "application/json", `{"advance_days": 15}`); code != 200 || !strings.Contains(answer, `"business_date":"2026-03-17"`) {
		t.Errorf("%d %s", code, answer)
	}
	failing = errors.New("closing failed")
	if code, answer := post(clock, "application/json", `{"advance_days": 1}`); code != 500 || strings.Contains(answer, "closing failed") {
		t.Errorf("%d %s", code, answer)
	}
}
