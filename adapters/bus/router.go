package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	wmjetstream "github.com/ThreeDotsLabs/watermill-nats/v2/pkg/jetstream"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// ackWait is after how long the broker gives an event to another process, when it hears nothing of
	// the one that has it.
	ackWait = 15 * time.Second
	// longestReaction bounds the work on one event, with all its tries.
	longestReaction = 10 * time.Minute
	// pullTime is how long one request for an event waits at the broker. When that is silent for two
	// fifths of it, the consumer is lost.
	pullTime = 10 * time.Second
	// pullEvents is how many events one request asks for. How many are out at a time, and so their
	// order, is the consumer's to say (MaxAckPending). With requests for a single event, the client
	// library now and then misses that it has to ask again, and stands still until it is found silent.
	pullEvents = 10
	closeTime  = 10 * time.Second
)

// route runs a watermill router over the consumers of all reactions.
func (r *Reactors) route(ctx context.Context, js jetstream.JetStream, lost func()) error {
	logger := watermill.NewSlogLoggerWithLevelMapping(r.logger, map[slog.Level]slog.Level{
		slog.LevelInfo: slog.LevelDebug, slog.LevelDebug: watermill.LevelTrace,
	})
	router, err := message.NewRouter(message.RouterConfig{CloseTimeout: closeTime}, logger)
	if err != nil {
		return err
	}
	var intakes []*intake
	for _, reaction := range r.reactions {
		in, err := r.add(router, reaction, js, logger, lost)
		if err != nil {
			return err
		}
		intakes = append(intakes, in)
		defer in.close()
	}
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go r.watchPending(watching, js)
	ended := make(chan error, 1)
	go func() { ended <- router.Run(context.WithoutCancel(ctx)) }()
	select {
	case err := <-ended:
		return errors.Join(errConsumerLost, err)
	case <-ctx.Done():
	}
	for _, in := range intakes {
		in.stop() // first nothing comes in any more, then the router closes
	}
	closed := router.Close()
	return errors.Join(context.Cause(ctx), closed, <-ended)
}

// add gives the router the handlers of a reaction, as many as work at a time.
func (r *Reactors) add(router *message.Router, reaction Reaction, js jetstream.JetStream, logger watermill.LoggerAdapter, lost func()) (*intake, error) {
	conn, err := r.dial()
	if err != nil {
		return nil, err
	}
	in := &intake{conn: conn, config: consumerOf(reaction), lost: lost, stopping: make(chan struct{})}
	subscriber, err := wmjetstream.NewSubscriber(wmjetstream.SubscriberConfig{
		Conn: conn, Logger: logger, AckWaitTimeout: longestReaction, NakDelay: wmjetstream.NewStaticDelay(giveBackIn),
		ResourceInitializer: in.consumer, Unmarshaler: in,
		ConsumeOptions: []jetstream.PullConsumeOpt{
			jetstream.PullMaxMessages(pullEvents), jetstream.PullExpiry(pullTime), jetstream.PullHeartbeat(pullTime / 5), jetstream.ConsumeErrHandler(in.failed),
		},
	})
	if err != nil {
		conn.Close()
		return nil, err
	}
	in.from = subscriber
	poison, err := middleware.PoisonQueueWithFilter(poisonQueue{js}, reaction.Name, func(err error) bool {
		return !errors.Is(err, context.Canceled)
	})
	if err != nil {
		conn.Close()
		return nil, err
	}
	retry := middleware.Retry{
		MaxRetries: r.retry.Tries - 1, InitialInterval: r.retry.First, MaxInterval: r.retry.Longest, Multiplier: 3,
		RandomizationFactor: 0.3, ShouldRetry: func(p middleware.RetryParams) bool {
			return !permanent(p.Err) && !errors.Is(p.Err, context.Canceled)
		},
	}
	for i := range reaction.Parallel {
		handler := router.AddConsumerHandler(reaction.Name+"-"+strconv.Itoa(i), reaction.Name, subscriber, r.react(reaction))
		handler.AddMiddleware(in.stoppable, r.meters.poisoned(reaction.Name), poison, retry.Middleware, r.meters.tried(reaction.Name))
	}
	return in, nil
}

// react turns a message into an event and reacts to it. A panic is an error like another: its cause
// may have personal data, and is not told.
func (r *Reactors) react(reaction Reaction) message.NoPublishHandlerFunc {
	return func(m *message.Message) (err error) {
		defer func() {
			if cause := recover(); cause != nil {
				r.logger.Error("reaction panicked", slog.String("reaction", reaction.Name), slog.String("event", m.UUID),
					slog.String("cause", fmt.Sprintf("%T", cause)), slog.String("stack", string(debug.Stack())))
				err = errPanicked
			}
		}()
		h := make(nats.Header, len(m.Metadata))
		for name, value := range m.Metadata {
			h[name] = []string{value}
		}
		e, err := parseEvent(h, m.Payload)
		if err != nil {
			return err
		}
		return reaction.React(m.Context(), e)
	}
}
