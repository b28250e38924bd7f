package chaos

import (
	"context"

	"loanledger/domain/loan"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// acknowledged holds the log to what the callers were told.
func (x *examination) acknowledged(context.Context) (int64, error) {
	count := int64(0)
	for _, t := range x.journal.tries {
		if !t.acknowledged() {
			continue
		}
		switch t.order.Kind {
		case executeOrder, appendOrder, freshOrder, markOrder:
			x.appended(t)
			count++
		case loanOrder:
			x.carriedOut(t)
			count++
		}
	}
	return count, nil
}

func (x *examination) appended(t *try) {
	events, a := x.commands[t.order.command()], t.answer
	switch {
	case len(events) == 0:
		x.violated("%s (%s) was acknowledged at %d to %d of book %d, and is not in the log",
			t.order.Key, t.order.command(), a.First, a.Last, t.order.Book)
	case events[0].Position != a.First || lastOf(events) != a.Last || len(events) != t.order.events() && t.order.Kind != markOrder:
		x.violated("%s (%s) was acknowledged at %d to %d of book %d, and its %d events are at %d to %d",
			t.order.Key, t.order.command(), a.First, a.Last, t.order.Book, len(events), events[0].Position, lastOf(events))
	case sumOf(events) != a.Sum || !events[0].RecordedAt.Equal(a.RecordedAt):
		x.violated("%s (%s): the events at %d to %d of book %d are not those that were acknowledged",
			t.order.Key, t.order.command(), a.First, a.Last, t.order.Book)
	}
}

// carriedOut holds the log to the answer of a loan command.
func (x *examination) carriedOut(t *try) {
	receipt, b, err := t.receipt()
	if err != nil {
		x.violated("%v", err)
		return
	}
	for i, said := range receipt.Events {
		e := x.at(b, eventstore.Position(said.Position))
		switch {
		case e == nil:
			x.violated("%s of %s was acknowledged at %d of book %d, and is not in the log", t.order.Name, t.order.Key, said.Position, b)
		case e.Type != said.Type || !e.RecordedAt.Equal(receipt.RecordedAt) || !x.given(t, e.Command) ||
			i > 0 && said.Position != receipt.Events[i-1].Position+1:
			x.violated("%s of %s was acknowledged with %s at %d of book %d, and there is %s of command %s, recorded at %s",
				t.order.Name, t.order.Key, said.Type, said.Position, b, e.Type, e.Command, e.RecordedAt)
		}
	}
}

// at is the event at a position, nil where there is none.
func (x *examination) at(b eventstore.Book, position eventstore.Position) *eventstore.Event {
	events := x.events[b]
	if i := int(position) - 1; i >= 0 && i < len(events) && events[i].Position == position {
		return &events[i]
	}
	for i := range events { // there are gaps
		if events[i].Position == position {
			return &events[i]
		}
	}
	return nil
}

// given says whether a command may be that of a try.
func (x *examination) given(t *try, command uuid.UUID) bool {
	for _, id := range x.journal.commandsOf(&t.order) {
		if id == command {
			return true
		}
	}
	return false
}

// refusals looks for what was refused: every command in the log must be of a try that was not.
func (x *examination) refusals(context.Context) (int64, error) {
	count := int64(0)
	for _, t := range x.journal.tries {
		if t.certain() {
			count++
		}
		if t.answer.Code == keyReusedCode && t.order.Kind == executeOrder && !x.holdsAnother(t) {
			x.violated("%s was refused because its key was used for something else, and it was not", t.order.Key)
		}
	}
	for id, events := range x.commands {
		tries := x.journal.commands[id]
		if len(tries) == 0 {
			continue // see whole
		}
		by := 0
		for _, t := range tries {
			if t.mayStand(&events[0]) {
				by++
			}
		}
		if by == 0 {
			t := tries[len(tries)-1]
			x.violated("%s %s (%s) was refused (%s %s), and is in book %d at %d", t.order.Kind, t.order.Key, id,
				t.answer.Code, t.answer.Detail, events[0].Book, events[0].Position)
		}
	}
	return count, nil
}

// mayStand says whether an event may be of a try: the try was not refused, and said the same.
func (t *try) mayStand(e *eventstore.Event) bool {
	if t.order.Kind == loanOrder {
		// A wrong code is refused and counts as a try, which is in the log.
		return !t.certain() || t.answer.Code == loan.ErrCodeWrong.Code
	}
	return !t.certain() && e.Digest == t.order.digest()
}

// holdsAnother says whether the log has the command of a try with another content.
func (x *examination) holdsAnother(t *try) bool {
	events := x.commands[t.order.command()]
	return len(events) > 0 && events[0].Digest != t.order.digest()
}

// systemActors gives commands that no caller gave: opening books, and ending days.
func systemActor(name string) bool { return len(name) > 7 && name[:7] == "system:" }

// whole looks at every command in the log: its events stand together, are all that it was to add, and
// somebody gave it.
func (x *examination) whole(context.Context) (int64, error) {
	for id, events := range x.commands {
		first := &events[0]
		for i := range events {
			e := &events[i]
			if e.Book != first.Book || e.Position != first.Position+eventstore.Position(i) || e.Digest != first.Digest ||
				e.Actor != first.Actor || !e.RecordedAt.Equal(first.RecordedAt) {
				x.violated("command %s: its events do not stand together in book %d, from %d to %d", id, first.Book, first.Position, e.Position)
				break
			}
		}
		tries := x.journal.commands[id]
		if len(tries) == 0 {
			if !systemActor(first.Actor) {
				x.violated("command %s at %d of book %d was given by nobody", id, first.Position, first.Book)
			}
			continue
		}
		if o := &tries[0].order; o.Kind == loanOrder {
			continue // how many there are to be is the decision's matter
		}
		for _, t := range tries {
			want := t.order.events()
			if t.order.Kind == markOrder {
				want = 1
			}
			if first.Digest == t.order.digest() && len(events) != want {
				x.violated("%s (%s) has %d events in book %d from %d on, of %d", t.order.Key, id, len(events), first.Book, first.Position, want)
				break
			}
		}
	}
	return int64(len(x.commands)), nil
}
