package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// checkTime bounds one check of readiness.
const checkTime = 2 * time.Second

// readiness is what the service needs, and how that is.
type readiness struct {
	Ready  bool              `json:"ready"`
	Checks map[string]string `json:"checks"` // ok or failed; why, is in the log
}

// registerHealth serves what orchestrators and monitors ask for, without a token.
func (a *API) registerHealth() {
	a.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, "application/json", map[string]bool{"alive": true})
	})
	a.mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		answer, status := a.ready(r.Context()), http.StatusOK
		if !answer.Ready {
			status = http.StatusServiceUnavailable
		}
		writeJSON(w, status, "application/json", answer)
	})
	a.mux.Handle("GET /metrics", promhttp.HandlerFor(a.Metrics, promhttp.HandlerOpts{Registry: a.Metrics}))
}

func (a *API) ready(ctx context.Context) readiness {
	answer := readiness{Ready: true, Checks: map[string]string{}}
	for _, check := range a.Checks {
		answer.Checks[check.Name] = "ok"
		if err := ask(ctx, check); err != nil {
			answer.Ready, answer.Checks[check.Name] = false, "failed"
			a.Logger.WarnContext(ctx, "not ready", slog.String("check", check.Name), slog.String("error", err.Error()))
		}
	}
	return answer
}

func ask(ctx context.Context, c Check) error {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	return c.Ask(ctx)
}
