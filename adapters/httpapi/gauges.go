package httpapi

import (
	"context"
	"errors"
	"strconv"
	"time"

	"loanledger/domain/fact"
	"loanledger/domain/ledger"

	"github.com/prometheus/client_golang/prometheus"
)

// gauges is the metrics of the API.
type gauges struct {
	requests *prometheus.HistogramVec
	commands *prometheus.CounterVec
}

func newGauges(r *prometheus.Registry) *gauges {
	g := &gauges{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "loanledger", Subsystem: "http", Name: "request_seconds",
			Help:    "Time from a request to the end of its answer, by route and status.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"route", "status"}),
		commands: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "loanledger", Subsystem: "http", Name: "commands_total",
			Help: "Commands that came by HTTP, by name and by the code of their refusal; ok for none.",
		}, []string{"command", "code"}),
	}
	r.MustRegister(g.requests, g.commands)
	return g
}

func (g *gauges) request(route string, status int, took time.Duration) {
	g.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(took.Seconds())
}

func (g *gauges) command(name string, err error) { g.commands.WithLabelValues(name, codeOf(err)).Inc() }

// counted counts the commands that are carried out.
type counted struct {
	Commands
	gauges *gauges
}

// Do carries a command out.
func (c counted) Do(ctx context.Context, r ledger.Request) (ledger.Outcome, error) {
	outcome, err := c.Commands.Do(ctx, r)
	c.gauges.command(r.Command.Entry.Name, err)
	return outcome, err
}

// codeOf is the code that an error is answered with.
func codeOf(err error) string {
	if err == nil {
		return "ok"
	}
	if r, is := errors.AsType[*fact.Refusal](err); is {
		return r.Code
	}
	p, _ := explain(err)
	return p.Code
}
