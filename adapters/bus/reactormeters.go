package bus

import (
	"context"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
)

// reactorMeters is the metrics of reactors, by reaction.
type reactorMeters struct {
	events  *prometheus.CounterVec
	tries   *prometheus.HistogramVec
	pending *prometheus.GaugeVec
}

func newReactorMeters(r prometheus.Registerer) *reactorMeters {
	m := &reactorMeters{
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "loanledger_reactor_events_total", Help: "Events that were seen to, by how it ended: done, poisoned, or left to be delivered again.",
		}, []string{"reaction", "result"}),
		tries: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "loanledger_reactor_try_seconds", Help: "Time of single tries, by their result.", Buckets: prometheus.DefBuckets,
		}, []string{"reaction", "result"}),
		pending: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "loanledger_reactor_pending", Help: "Events that wait to be seen to.",
		}, []string{"reaction"}),
	}
	r.MustRegister(m.events, m.tries, m.pending)
	return m
}

// poisoned counts how events end. It stands outside the poison queue, and finds its mark in the message.
func (m *reactorMeters) poisoned(reaction string) message.HandlerMiddleware {
	return func(next message.HandlerFunc) message.HandlerFunc {
		return func(msg *message.Message) ([]*message.Message, error) {
			produced, err := next(msg)
			result := "done"
			switch {
			case err != nil:
				result = "left"
			case msg.Metadata.Get(middleware.ReasonForPoisonedKey) != "":
				result = "poisoned"
			}
			m.events.WithLabelValues(reaction, result).Inc()
			return produced, err
		}
	}
}

// tried measures single tries.
func (m *reactorMeters) tried(reaction string) message.HandlerMiddleware {
	return func(next message.HandlerFunc) message.HandlerFunc {
		return func(msg *message.Message) ([]*message.Message, error) {
			began := time.Now()
			produced, err := next(msg)
			result := "ok"
			if err != nil {
				result = "error"
			}
			m.tries.WithLabelValues(reaction, result).Observe(time.Since(began).Seconds())
			return produced, err
		}
	}
}

// watchPending measures how much waits.
func (r *Reactors) watchPending(ctx context.Context, js jetstream.JetStream) {
	for ctx.Err() == nil {
		for _, reaction := range r.reactions {
			if c, err := js.Consumer(ctx, StreamName, consumerOf(reaction).Durable); err == nil {
				info := c.CachedInfo()
				r.meters.pending.WithLabelValues(reaction.Name).Set(float64(info.NumPending) + float64(info.NumAckPending))
			}
		}
		pause(ctx, 5*time.Second)
	}
}
