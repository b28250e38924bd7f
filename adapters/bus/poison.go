package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// PoisonName is the JetStream stream of events that a reaction could not be done about, at the
// subject "ledger.poison.<reaction>". They stay until an operator removes them.
const PoisonName = "LEDGER_POISON"

const poisonPrefix = "ledger.poison."

func ensurePoison(ctx context.Context, js jetstream.JetStream) error {
	_, err := js.Stream(ctx, PoisonName)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		_, err = js.CreateStream(ctx, jetstream.StreamConfig{
			Name: PoisonName, Subjects: []string{poisonPrefix + ">"}, Storage: jetstream.FileStorage,
			Description: "Events that a reaction could not be done about.",
		})
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			err = nil // another process was first
		}
	}
	if err != nil {
		return fmt.Errorf("stream %s: %w", PoisonName, err)
	}
	return nil
}

// poisonQueue is a watermill publisher to the poison queue; its topics are reactions.
type poisonQueue struct{ js jetstream.JetStream }

// Publish keeps messages with their headers and the reason. The same event of a reaction is kept once.
func (q poisonQueue) Publish(reaction string, messages ...*message.Message) error {
	for _, m := range messages {
		h := nats.Header{jetstream.MsgIDHeader: {reaction + "-" + m.UUID}}
		for name, value := range m.Metadata {
			if !strings.HasPrefix(name, "Nats-") {
				h[name] = []string{strings.NewReplacer("\r", " ", "\n", " ").Replace(value)}
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		_, err := q.js.PublishMsg(ctx, &nats.Msg{Subject: poisonPrefix + reaction, Header: h, Data: m.Payload})
		cancel()
		if err != nil {
			return fmt.Errorf("%s%s: %w", poisonPrefix, reaction, err)
		}
	}
	return nil
}

// Close does nothing: the connection is not the queue's.
func (poisonQueue) Close() error { return nil }
