package bus

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// publisherMeters is the metrics of a publisher, by book.
type publisherMeters struct {
	published *prometheus.CounterVec
	position  *prometheus.GaugeVec
	lag       *prometheus.GaugeVec
	restarts  *prometheus.CounterVec
	losses    *prometheus.CounterVec
}

func newPublisherMeters(r prometheus.Registerer) *publisherMeters {
	counter := func(name, help string, more ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "loanledger_publisher_" + name, Help: help},
			append([]string{"book"}, more...))
	}
	gauge := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "loanledger_publisher_" + name, Help: help}, []string{"book"})
	}
	m := &publisherMeters{
		published: counter("events_total", "Events that were published and acknowledged."),
		position:  gauge("position", "The last position that is on the stream."),
		lag:       gauge("lag_events", "How many events of the log are not on the stream yet; only where this process publishes the book."),
		restarts:  counter("restarts_total", "How often publishing began again from the end of the stream.", "reason"),
		losses:    counter("losses_total", "How often the stream ended earlier than it once did."),
	}
	r.MustRegister(m.published, m.position, m.lag, m.restarts, m.losses)
	return m
}

// lagEvery is how often the lag is measured.
const lagEvery = 2 * time.Second

// watchLag measures the lag as long as the book is published here, whether or not the broker is there.
func (u *pump) watchLag(ctx context.Context) {
	defer u.meters.lag.DeleteLabelValues(u.label)
	for ctx.Err() == nil {
		if head, err := u.log.Head(ctx, u.book); err == nil {
			u.meters.lag.WithLabelValues(u.label).Set(float64(int64(head.Position) - u.position.Load()))
		}
		pause(ctx, lagEvery)
	}
}
