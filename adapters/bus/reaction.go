package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"loanledger/eventstore"
)

// Reaction is something that is done outside the ledger about events of some types.
type Reaction struct {
	// Name is that of its durable consumer and of its part of the poison queue: letters, digits and
	// hyphens. It must never change: under another name, everything is done again.
	Name  string
	Types []string // of events, such as "loan.approved"
	// Parallel is how many events are seen to at a time, by one process or many; with 1, one after
	// another in the order of the stream.
	Parallel int
	// React is called with the public part of an event, at least once for each, so that it has to do
	// nothing the second time; the event's book and position are its name. An error is tried again,
	// and in the end puts the event into the poison queue, unless it has a method Permanent() bool
	// that says that trying again is of no use. Errors are kept: no personal data in them.
	React func(context.Context, eventstore.Event) error
}

// Retry is how often, and how long apart, a reaction is tried.
type Retry struct {
	Tries          int // the first one is the first
	First, Longest time.Duration
}

// DefaultRetry tries for about half a minute.
var DefaultRetry = Retry{Tries: 7, First: 200 * time.Millisecond, Longest: 10 * time.Second}

// Reactors runs reactions. Create it with NewReactors.
type Reactors struct {
	dial      func() (*nats.Conn, error)
	retry     Retry
	logger    *slog.Logger
	meters    *reactorMeters
	reactions []Reaction
}

// NewReactors is a runner of reactions. It dials a connection for each of them, which it closes.
func NewReactors(dial func() (*nats.Conn, error), retry Retry, metrics prometheus.Registerer, logger *slog.Logger,
	reactions ...Reaction,
) *Reactors {
	for _, r := range reactions {
		if !subjectToken(r.Name) || len(r.Types) == 0 || r.Parallel < 1 {
			panic("bus: reaction " + r.Name + " needs a name, types of events, and something to do them")
		}
	}
	return &Reactors{dial: dial, retry: retry, logger: logger, meters: newReactorMeters(metrics), reactions: reactions}
}

// Run sees to events until the context ends, and then answers nil. While the broker is away, or when
// it has lost a consumer, it tries again.
func (r *Reactors) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := r.session(ctx); err != nil && ctx.Err() == nil {
			r.logger.Warn("reactors begin again", slog.Any("error", err))
			pause(ctx, longPause/2)
		}
	}
	return nil
}

// errConsumerLost: the broker no longer knows a consumer, or does not answer it.
var errConsumerLost = errors.New("a consumer of the stream is lost")

// session runs the reactions until the context ends or a consumer is lost.
func (r *Reactors) session(ctx context.Context) error {
	conn, err := r.dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	if _, err := EnsureStream(ctx, js); err != nil {
		return err
	}
	if err := ensurePoison(ctx, js); err != nil {
		return err
	}
	session, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	return r.route(session, js, func() { cancel(errConsumerLost) })
}

// consumerOf is the durable consumer of a reaction.
func consumerOf(r Reaction) jetstream.ConsumerConfig {
	c := jetstream.ConsumerConfig{
		Durable: "reaction-" + r.Name, Description: "what is done about " + fmt.Sprint(r.Types),
		DeliverPolicy: jetstream.DeliverAllPolicy, AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: ackWait, MaxDeliver: -1, MaxAckPending: r.Parallel,
	}
	for _, t := range r.Types {
		c.FilterSubjects = append(c.FilterSubjects, eventPrefix+"*."+t)
	}
	return c
}

// permanent reports whether an error says that trying again is of no use.
func permanent(err error) bool {
	var p interface{ Permanent() bool }
	return errors.As(err, &p) && p.Permanent() || errors.Is(err, ErrNotAnEvent)
}
