package bus

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// intake is where the messages of a reaction come in.
type intake struct {
	conn     *nats.Conn
	from     message.Subscriber
	config   jetstream.ConsumerConfig
	lost     func()
	stopping chan struct{}

	mu    sync.Mutex
	shut  bool
	busy  sync.WaitGroup // messages inside the subscriber
	flows []jetstream.ConsumeContext
}

// consumer makes the durable consumer, or finds it.
func (in *intake) consumer(ctx context.Context, js jetstream.JetStream, _ string) (jetstream.Consumer, func(context.Context, watermill.LoggerAdapter), error) {
	c, err := js.CreateOrUpdateConsumer(ctx, StreamName, in.config)
	if err != nil {
		return nil, nil, fmt.Errorf("consumer %s: %w", in.config.Durable, err)
	}
	return tapped{c, in}, nil, nil
}

// failed hears what goes wrong with a consumer.
func (in *intake) failed(_ jetstream.ConsumeContext, err error) {
	silent := errors.Is(err, jetstream.ErrNoHeartbeat) && in.conn.IsConnected()
	if silent || errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, jetstream.ErrConsumerNotFound) {
		in.lost()
	}
}

// giveBackIn is how long the broker keeps what is given back. Given out at once, it would come to the
// subscription that is just ending, and then be held for it until the broker's patience is over.
const giveBackIn = 300 * time.Millisecond

// stop lets no more messages in, and has those at work given back. What is already on its way here is
// given back too: the broker would hold it for a process that is gone.
func (in *intake) stop() {
	in.mu.Lock()
	in.shut = true
	flows := in.flows
	in.mu.Unlock()
	close(in.stopping)
	idle := make(chan struct{})
	go func() { in.busy.Wait(); close(idle) }()
	limit := time.After(closeTime)
	for _, flow := range flows {
		flow.Drain()
	}
	for _, flow := range flows {
		await(flow.Closed(), limit)
	}
	await(idle, limit)
}

func await(done <-chan struct{}, limit <-chan time.Time) {
	select {
	case <-done:
	case <-limit:
	}
}

// close ends the connection, after the subscriber, which may have been closed before.
func (in *intake) close() {
	_ = in.from.Close() // whatever it is, the connection goes
	in.conn.Close()
}

// enter counts a message in; false when it comes too late.
func (in *intake) enter() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.shut {
		in.busy.Add(1)
	}
	return !in.shut
}

// stoppable ends the context of a message when the intake is to stop.
func (in *intake) stoppable(next message.HandlerFunc) message.HandlerFunc {
	return func(m *message.Message) ([]*message.Message, error) {
		ctx, cancel := context.WithCancel(m.Context())
		defer cancel()
		go func() {
			select {
			case <-in.stopping:
				cancel()
			case <-ctx.Done():
			}
		}()
		m.SetContext(ctx)
		return next(m)
	}
}

// tapped is a consumer whose flow of messages can be shut off. Without that, a message that comes in
// while the subscriber closes is sent on a closed channel, which would end the process.
type tapped struct {
	jetstream.Consumer
	in *intake
}

// Consume is the consumer's own, with the tap.
func (t tapped) Consume(handler jetstream.MessageHandler, options ...jetstream.PullConsumeOpt) (jetstream.ConsumeContext, error) {
	flow, err := t.Consumer.Consume(func(m jetstream.Msg) {
		if !t.in.enter() {
			_ = m.NakWithDelay(giveBackIn) // at the latest the broker's patience gives it to another
			return
		}
		defer t.in.busy.Done()
		handler(m)
	}, options...)
	if err == nil {
		t.in.mu.Lock()
		t.in.flows = append(t.in.flows, flow)
		t.in.mu.Unlock()
	}
	return flow, err
}

// Unmarshal never answers nil, and never an error: what is no event is found out by its handler, and
// goes to the poison queue. As long as the message is being worked on, the broker is told so.
func (in *intake) Unmarshal(raw jetstream.Msg) (*message.Message, error) {
	m := message.NewMessage(nameOf(raw), raw.Data())
	for name, values := range raw.Headers() {
		if len(values) > 0 {
			m.Metadata.Set(name, values[0])
		}
	}
	go func() {
		beat := time.NewTicker(ackWait / 3)
		defer beat.Stop()
		limit := time.NewTimer(longestReaction)
		defer limit.Stop()
		for {
			select {
			case <-beat.C:
				_ = raw.InProgress() // a lost one is made up for by the next
			case <-m.Acked():
				return
			case <-m.Nacked():
				_ = raw.Nak()
				return
			case <-limit.C:
				return
			}
		}
	}()
	return m, nil
}

// nameOf is by what a message is known: the event's id, or for what is no event its place in the stream.
func nameOf(raw jetstream.Msg) string {
	if id := raw.Headers().Get(headerID); id != "" {
		return id
	}
	meta, err := raw.Metadata()
	if err != nil {
		return raw.Subject()
	}
	return "sequence-" + strconv.FormatUint(meta.Sequence.Stream, 10)
}
