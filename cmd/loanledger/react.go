package main

import (
	"context"

	"loanledger/adapters/bus"
	"loanledger/adapters/notify"
	"loanledger/adapters/sandbox"
	"loanledger/eventstore"
)

// react does what follows outside the ledger from its events, until the context ends: it tells
// borrowers. Without a carrier of messages nothing is done, and nothing is lost: the first one that
// there is begins with the first event.
func (s *service) react(ctx context.Context) error {
	if s.send == nil {
		<-ctx.Done()
		return nil
	}
	notifier := notify.New(s.desk, notify.Person(personOf(s.desk)), s.send)
	messages := bus.Reaction{Name: "messages", Types: notify.Types(), Parallel: 1, React: notifier.React}
	return bus.NewReactors(s.dial, bus.DefaultRetry, s.metrics, s.log, messages).Run(ctx)
}

// capture carries messages to the page of loanledger dev.
func capture(messages *sandbox.Messages, clock eventstore.Clock) notify.Send {
	return func(ctx context.Context, m notify.Message) error {
		return messages.Capture(ctx, sandbox.Message{
			ID: m.ID, To: m.To, Channel: m.Channel, Kind: m.Kind, Text: m.Text, Code: m.Code, At: clock(),
		})
	}
}
