package httpapi

import (
	"cmp"
	"context"
	"fmt"
	"loanledger/adapters/internal/faults"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/google/uuid"
)

// ServeHTTP answers a request: it gives it an id, bounds its time, recovers from a panic, and logs
// and counts it. The log has the pattern of the route, never the address or a value in it.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	note := &note{id: requestIDOf(r)}
	ctx := context.WithValue(r.Context(), noteKey{}, note)
	out := &recorder{ResponseWriter: w}
	secure(out.Header(), note.id)
	found, pattern := a.mux.Handler(r)
	if !a.patient[pattern] {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.commandTime)
		defer cancel()
		a.setDeadlines(out, began.Add(a.commandTime), began.Add(2*a.commandTime))
	}
	r = r.WithContext(ctx)
	defer func() {
		if cause := recover(); cause != nil {
			a.recovered(out, r, cause)
		}
		a.account(r, pattern, out, note, time.Since(began))
	}()
	if pattern == "" {
		a.writeProblem(out, r, unrouted(found, r, out.Header()))
		return
	}
	a.mux.ServeHTTP(out, r)
}

// setDeadlines bounds the reading and the writing of a request; the zero time is no bound. A
// connection that knows no deadlines goes without.
func (a *API) setDeadlines(w http.ResponseWriter, read, write time.Time) {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(read)
	_ = control.SetWriteDeadline(write)
}

// secure sets the headers of every answer. The pages that people look at set their own policy.
func secure(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cache-Control", "no-store")
}

// unrouted tells an unknown address from one that does not take the method, which the mux knows.
func unrouted(found http.Handler, r *http.Request, h http.Header) error {
	probe := &discarded{header: http.Header{}}
	found.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		h.Set("Allow", probe.header.Get("Allow"))
		return faultMethod
	}
	return faultNotFound
}

// recovered answers a request whose handler panicked. A handler that gave up on purpose stays so.
func (a *API) recovered(w *recorder, r *http.Request, cause any) {
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	if r.Context().Err() == nil {
		a.Logger.ErrorContext(r.Context(), "request panicked", slog.String("cause", fmt.Sprint(cause)),
			slog.String("request_id", requestID(r.Context())), slog.String("stack", string(debug.Stack())))
	}
	if w.status == 0 {
		a.writeProblem(w, r, faults.Internal)
	}
}

// account logs and counts a request. The pattern has the method too; a request without one may have
// any text for a method.
func (a *API) account(r *http.Request, pattern string, w *recorder, n *note, took time.Duration) {
	pattern = cmp.Or(pattern, "none")
	a.gauges.request(pattern, w.status, took)
	a.Logger.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("route", pattern),
		slog.Int("status", w.status), slog.Int64("bytes", w.bytes), slog.Duration("took", took),
		slog.String("caller", n.caller), slog.String("request_id", n.id))
}

// note is what is said of a request in the log.
type note struct{ id, caller string }

type noteKey struct{}

func noteCaller(ctx context.Context, c Caller) {
	if n, is := ctx.Value(noteKey{}).(*note); is && c.Role != "" {
		n.caller = c.actor()
	}
}

func requestID(ctx context.Context) string {
	if n, is := ctx.Value(noteKey{}).(*note); is {
		return n.id
	}
	return ""
}

var requestIDPattern = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestIDOf is the id that the caller gave, or a new one.
func requestIDOf(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); requestIDPattern.MatchString(id) {
		return id
	}
	return uuid.NewString()
}
