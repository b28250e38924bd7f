package httpapi

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"loanledger/adapters/internal/faults"

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
	route, id := a.direct(r)
	var found http.Handler
	var pattern string
	if route != nil {
		pattern = route.pattern
	} else {
		found, pattern = a.mux.Handler(r)
	}
	if !a.patient[pattern] {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, a.commandTime)
		defer cancel()
		a.setDeadlines(w, began.Add(a.commandTime), began.Add(2*a.commandTime))
	}
	defer func() {
		if cause := recover(); cause != nil {
			a.recovered(ctx, out, cause)
		}
		a.account(ctx, pattern, out, note, time.Since(began))
	}()
	switch {
	case route != nil:
		a.command(ctx, out, r, route, id)
	case pattern == "":
		a.writeProblem(ctx, out, unrouted(found, r.WithContext(ctx), out.Header()))
	default:
		a.mux.ServeHTTP(out, r.WithContext(ctx))
	}
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
	h["X-Request-Id"] = []string{id}
	h["X-Content-Type-Options"] = noSniffing
	h["Referrer-Policy"] = noReferrer
	h["Content-Security-Policy"] = noContent
	h["Cache-Control"] = noStore
}

// Values of headers that nobody changes.
var (
	noSniffing = []string{"nosniff"}
	noReferrer = []string{"no-referrer"}
	noContent  = []string{"default-src 'none'; frame-ancestors 'none'"}
	noStore    = []string{"no-store"}
)

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
func (a *API) recovered(ctx context.Context, w *recorder, cause any) {
	if cause == http.ErrAbortHandler {
		panic(cause)
	}
	if ctx.Err() == nil {
		a.Logger.ErrorContext(ctx, "request panicked", slog.String("cause", fmt.Sprint(cause)),
			slog.String("request_id", requestID(ctx)), slog.String("stack", string(debug.Stack())))
	}
	if w.status == 0 {
		a.writeProblem(ctx, w, faults.Internal)
	}
}

// account logs and counts a request. The pattern has the method too; a request without one may have
// any text for a method.
func (a *API) account(ctx context.Context, pattern string, w *recorder, n *note, took time.Duration) {
	pattern = cmp.Or(pattern, "none")
	a.gauges.request(pattern, w.status, took)
	a.Logger.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("route", pattern),
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

// longestRequestID bounds the id that a caller gives to a request.
const longestRequestID = 64

// requestIDOf is the id that the caller gave, or a new one.
func requestIDOf(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); id != "" && len(id) <= longestRequestID && strings.IndexFunc(id, notOfRequestID) < 0 {
		return id
	}
	// An id tells requests apart, and protects nothing: it need not be hard to guess.
	var id uuid.UUID
	binary.LittleEndian.PutUint64(id[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(id[8:], rand.Uint64())
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // version 4, variant of RFC 9562
	return id.String()
}

func notOfRequestID(c rune) bool {
	return (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-'
}
