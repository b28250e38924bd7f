package chaos

import (
	"context"
	"math"
	"time"

	"loanledger/eventstore"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"
)

// decisions plays the books of accounts again, and holds what each event says that its decision saw
// to what was there just before it: the balance, the versions that it was guarded by, the era.
func (x *examination) decisions(context.Context) (int64, error) {
	count := int64(0)
	for _, b := range x.books {
		if !b.Loans {
			count += x.decisionsIn(b.Book)
		}
	}
	return count, nil
}

func (x *examination) decisionsIn(b eventstore.Book) (count int64) {
	balances, versions := map[uuid.UUID]int{}, map[uuid.UUID]eventstore.Version{}
	era, begins, of := int64(firstEra), int64(0), uuid.Nil
	sum := 0
	for i := range x.events[b] {
		e := &x.events[b][i]
		m, err := decodeMoved(*e)
		if err != nil {
			x.violated("book %d, position %d: %v", b, e.Position, err)
			continue
		}
		if e.Command != of { // an era begins behind the command that begins it
			if begins != 0 {
				era = begins
			}
			begins, of = m.Begins, e.Command
		}
		if m.Era != era {
			x.violated("book %d, position %d: decided in era %d, appended in era %d", b, e.Position, m.Era, era)
		}
		if e.Type == movedType && m.Before != balances[e.Stream] {
			x.violated("book %d, position %d: decided on a balance of %d, where there was %d", b, e.Position, m.Before, balances[e.Stream])
		}
		for account, version := range m.Guards {
			if at := versions[accountOf(b, account)]; at != version {
				x.violated("book %d, position %d: guarded by version %d of account %d, which had %d", b, e.Position, version, account, at)
			}
		}
		balances[e.Stream] += m.Amount
		versions[e.Stream] = e.Version
		sum += m.Amount
		count++
	}
	if sum != 0 {
		x.violated("book %d: the accounts do not add up: %d", b, sum)
	}
	return count
}

// Operations on a register, as porcupine sees them.
type registerInput struct {
	read     bool
	expected eventstore.Version
}

type registerOutput struct {
	version eventstore.Version // that was read
	took    bool
}

// registerModel is a register as a number: its version.
var registerModel = porcupine.Model{
	Init: func() any { return eventstore.Version(0) },
	Step: func(state, input, output any) (bool, any) {
		at, in, out := state.(eventstore.Version), input.(registerInput), output.(registerOutput)
		switch {
		case in.read:
			return out.version == at, at
		case out.took:
			return in.expected == at, at + 1
		default:
			return in.expected != at, at
		}
	},
	Equal: func(a, b any) bool { return a.(eventstore.Version) == b.(eventstore.Version) },
}

// linearizeWithin bounds the search for an order of the operations.
const linearizeWithin = 30 * time.Second

// linearizable asks whether the answers of all who appended to a register or read it fit one order of
// the operations that agrees with real time. An append whose outcome nobody knew may have happened at
// any time since.
func (x *examination) linearizable(context.Context) (int64, error) {
	var operations []porcupine.Operation
	add := func(t *try, in registerInput, out registerOutput, ended time.Duration) {
		operations = append(operations, porcupine.Operation{Input: in, Output: out, Call: int64(t.given), Return: int64(ended)})
	}
	for _, t := range x.journal.tries {
		switch {
		case t.order.Kind == lookOrder && t.acknowledged():
			add(t, registerInput{read: true}, registerOutput{version: t.answer.Version}, t.ended)
		case t.order.Kind != markOrder:
		case t.acknowledged():
			add(t, registerInput{expected: t.answer.Version}, registerOutput{took: true}, t.ended)
		case t.certain() && t.answer.Code == conflictCode:
			add(t, registerInput{expected: t.answer.Version}, registerOutput{}, t.ended)
		case !t.certain():
			if events := x.commands[t.order.command()]; len(events) > 0 {
				add(t, registerInput{expected: events[0].Version - 1}, registerOutput{took: true}, math.MaxInt64)
			}
		}
	}
	switch porcupine.CheckOperationsTimeout(registerModel, operations, linearizeWithin) {
	case porcupine.Illegal:
		x.violated("no order of the %d operations on the register of book %d explains their answers", len(operations), x.script.books[1])
	case porcupine.Unknown:
		x.violated("no order of the %d operations on the register was found in %s", len(operations), linearizeWithin)
	}
	return int64(len(operations)), nil
}
