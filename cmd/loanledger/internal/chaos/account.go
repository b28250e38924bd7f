package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"loanledger/eventstore"

	"github.com/google/uuid"
)

// The campaign's own aggregate: an account that money is moved between. Each fact says what its
// decision had seen, so that the log itself tells afterwards whether every decision was made on what
// was there just before it.

// moved is a fact of an account, or, without a command's guards, of a register.
type moved struct {
	Key    string                     `json:"key"`
	Nr     int                        `json:"nr"` // among the events of its command, from 1
	Of     int                        `json:"of"`
	Amount int                        `json:"amount"`
	Before int                        `json:"before"` // the balance that the decision saw, or made
	Era    int64                      `json:"era"`
	Begins int64                      `json:"begins,omitempty"` // the era that begins with the command
	Guards map[int]eventstore.Version `json:"guards,omitempty"` // the versions of other accounts that the decision saw
	Pad    string                     `json:"pad,omitempty"`
	secret string
}

// The types of the campaign's events.
const (
	movedType  = "account.moved"
	markedType = "register.marked"
)

// balance is the state of an account.
type balance struct{ Amount int }

var accounts = &eventstore.Family[balance]{
	Name:   "account",
	Decode: func(e eventstore.Event) (any, error) { return decodeMoved(e) },
	Encode: func(fact any) (eventstore.NewEvent, error) { return fact.(moved).event(movedType) },
	Fold: func(b balance, fact any) balance {
		return balance{b.Amount + fact.(moved).Amount}
	},
}

func decodeMoved(e eventstore.Event) (moved, error) {
	var m moved
	if e.Type != movedType && e.Type != markedType {
		return m, fmt.Errorf("an event of type %q", e.Type)
	}
	err := json.Unmarshal(e.Data, &m)
	return m, err
}

func (m moved) event(of string) (eventstore.NewEvent, error) {
	data, err := json.Marshal(m)
	e := eventstore.NewEvent{Type: of, Schema: 1, Data: data}
	if m.secret != "" {
		e.Personal = []byte(m.secret)
	}
	return e, err
}

// facts is what an order adds to an account, where the balance was known before its nr-th event.
func (o *order) facts(l leg, nr, before int, era int64, guards map[int]eventstore.Version) []moved {
	list := make([]moved, len(l.Amounts))
	for i, amount := range l.Amounts {
		m := moved{Key: o.Key, Nr: nr + i, Of: o.events(), Amount: amount, Before: before, Era: era, Guards: guards, Pad: strings.Repeat("x", o.Pad)}
		if o.Era {
			m.Begins = era + 1
		}
		if m.Nr%3 == 0 {
			m.secret = "nobody's business of " + o.Key
		}
		before += amount
		list[i] = m
	}
	return list
}

// decide is the decision of an order: it loads what it writes to and what it is guarded by, and
// writes down what it saw.
func (o *order) decide(u *eventstore.Unit) error {
	before := make([]int, len(o.Legs))
	for i, l := range o.Legs {
		state, _, err := eventstore.Load(u, accounts, accountOf(o.Book, l.Account))
		if err != nil {
			return err
		}
		before[i] = state.Amount
	}
	guards := map[int]eventstore.Version{}
	for _, account := range o.Guards {
		_, version, err := eventstore.Load(u, accounts, accountOf(o.Book, account))
		if err != nil {
			return err
		}
		guards[account] = version
	}
	era := u.Epoch()
	nr := 1
	for i, l := range o.Legs {
		for _, m := range o.facts(l, nr, before[i], era, guards) {
			if err := eventstore.Emit(u, accounts, accountOf(o.Book, l.Account), m); err != nil {
				return err
			}
		}
		nr += len(l.Amounts)
	}
	if o.Era {
		u.BeginEpoch(era + 1)
	}
	return nil
}

// readAndDecide is the append that an order comes to on what the log has now, for those who append
// without an executor.
func (o *order) readAndDecide(ctx context.Context, log eventstore.Log) (eventstore.Append, error) {
	head, err := log.Head(ctx, o.Book)
	if err != nil {
		return eventstore.Append{}, err
	}
	a := eventstore.Append{Command: o.command(), Digest: o.digest(), Actor: actor, Epoch: head.Epoch}
	if o.Era {
		a.NextEpoch = head.Epoch + 1
	}
	guards := map[int]eventstore.Version{}
	for _, account := range o.Guards {
		events, err := log.ReadStream(ctx, o.Book, accountOf(o.Book, account), 0)
		if err != nil {
			return a, err
		}
		guards[account] = eventstore.Version(len(events))
	}
	nr := 1
	for _, l := range o.Legs {
		s := eventstore.StreamAppend{Stream: accountOf(o.Book, l.Account)}
		amount, version, err := balanceOf(ctx, log, o.Book, s.Stream)
		if err != nil {
			return a, err
		}
		s.Expected = version
		for _, m := range o.facts(l, nr, amount, head.Epoch, guards) {
			e, err := m.event(movedType)
			if err != nil {
				return a, err
			}
			s.Events = append(s.Events, e)
		}
		nr += len(l.Amounts)
		a.Streams = append(a.Streams, s)
	}
	for account, version := range guards {
		a.Streams = append(a.Streams, eventstore.StreamAppend{Stream: accountOf(o.Book, account), Expected: version})
	}
	return a, nil
}

// fresh is the append of an order to accounts that are not there yet, in a book whose era never ends.
func (o *order) fresh() (eventstore.Append, error) {
	a := eventstore.Append{Command: o.command(), Digest: o.digest(), Actor: actor, Epoch: firstEra}
	nr := 1
	for _, l := range o.Legs {
		s := eventstore.StreamAppend{Stream: accountOf(o.Book, l.Account)}
		for _, m := range o.facts(l, nr, 0, firstEra, nil) {
			e, err := m.event(movedType)
			if err != nil {
				return a, err
			}
			s.Events = append(s.Events, e)
		}
		nr += len(l.Amounts)
		a.Streams = append(a.Streams, s)
	}
	return a, nil
}

func balanceOf(ctx context.Context, log eventstore.Log, b eventstore.Book, stream uuid.UUID) (int, eventstore.Version, error) {
	events, err := log.ReadStream(ctx, b, stream, 0)
	if err != nil {
		return 0, 0, err
	}
	sum := 0
	for _, e := range events {
		m, err := decodeMoved(e)
		if err != nil {
			return 0, 0, err
		}
		sum += m.Amount
	}
	return sum, eventstore.Version(len(events)), nil
}

// actor is who gives the campaign's commands.
const actor = "service:chaos"
