package projections

import (
	"fmt"
	"time"

	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/eventstore"
)

// loanAt is a loan as an event left it.
type loanAt struct {
	state      loan.State
	version    eventstore.Version
	position   eventstore.Position
	recordedAt time.Time
	booked     date.Date // the business date of the event
}

// take brings the loan forward by its next event.
func (l *loanAt) take(e *eventstore.Event, f fact.Fact) error {
	if e.Version != l.version+1 {
		return fmt.Errorf("loan %s: version %d follows %d", e.Stream, e.Version, l.version)
	}
	l.state = l.state.Fold(f)
	l.version, l.position, l.recordedAt = e.Version, e.Position, e.RecordedAt
	l.booked, _ = loan.Dates(f)
	return nil
}

// ended reports whether nothing more is to come by itself.
func (l *loanAt) ended() bool { return l.version > 0 && !l.state.Live() }

func (l *loanAt) paidOut() bool { return !l.state.DisbursedOn.IsZero() }

func (l *loanAt) active() bool { return l.state.Status == loan.Active }

// closing is the end of a business date.
type closing struct {
	on         date.Date
	position   eventstore.Position
	recordedAt time.Time
}

// figures says for which business date the figures of a loan are, and which event brought them
// there: its own last one, or, for a loan that is active, a later closing.
func (l *loanAt) figures(last closing) closing {
	if l.active() && last.position > l.position {
		return last
	}
	return closing{l.booked, l.position, l.recordedAt}
}

// event is a recorded event with its fact.
type event struct {
	*eventstore.Event
	fact fact.Fact
}

// Poison is an event that cannot be projected. Whoever follows the log stops there, because nothing
// is ever skipped.
type Poison struct {
	Book     eventstore.Book
	Position eventstore.Position
	Err      error
}

// Error names the position and what is wrong there.
func (p *Poison) Error() string {
	return fmt.Sprintf("book %d, position %d cannot be projected: %v", p.Book, p.Position, p.Err)
}

// Unwrap is what is wrong.
func (p *Poison) Unwrap() error { return p.Err }

// decode turns recorded events into facts, up to the first that cannot be decoded, which is a Poison.
func decode(events []eventstore.Event) ([]event, error) {
	decoded := make([]event, len(events))
	for i := range events {
		f, err := decodeOne(events[i])
		if err != nil {
			return decoded[:i], err
		}
		decoded[i] = event{&events[i], f}
	}
	return decoded, nil
}

// decodeOne turns a recorded event into a fact. One that cannot be decoded is a Poison.
func decodeOne(e eventstore.Event) (fact.Fact, error) {
	f, err := Decode(e)
	if err != nil {
		return nil, &Poison{e.Book, e.Position, err}
	}
	return f, nil
}
