package story

import (
	"bytes"
	"encoding/json"

	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
)

// Error is why a step was refused.
type Error struct {
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Answer is what a step led to.
type Answer struct {
	Step        int                `json:"step"` // from 1
	On          date.Date          `json:"on"`
	Do          string             `json:"do"`
	Events      []Event            `json:"events"`
	Error       *Error             `json:"error"`
	Status      loan.Status        `json:"status"`
	Balances    loan.Balances      `json:"balances"`
	DaysPastDue int                `json:"days_past_due"`
	*Details    `json:",omitzero"` // of a show, and of the last step
}

// Details is the loan in full.
type Details struct {
	Schedule     []loan.Instalment    `json:"schedule"`
	Transactions []loan.Transaction   `json:"transactions"`
	Charges      []loan.ChargeView    `json:"charges"`
	Journal      []ledger.JournalLine `json:"journal"`
}

// Event is an event as it appears in an answer: its type beside its own fields.
type Event struct{ fact.Fact }

// MarshalJSON puts the type before the fields of the event.
func (e Event) MarshalJSON() ([]byte, error) {
	fields, err := json.Marshal(e.Fact)
	if err != nil {
		return nil, err
	}
	name, err := json.Marshal(e.EventType())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(`{"type":`)
	b.Write(name)
	if len(fields) > 2 {
		b.WriteByte(',')
	}
	b.Write(fields[1:])
	return b.Bytes(), nil
}

// answer describes the loan after a step: at the end of the step's business date.
func (p *player) answer(i int, s Step, logged []ledger.Logged, err error) Answer {
	state := p.memory.State(p.loan)
	a := Answer{
		Step: i + 1, On: s.On, Do: s.Do, Events: []Event{}, Error: code(err), Status: state.Status,
		Balances: state.BalancesOn(s.On), DaysPastDue: state.DaysPastDue(s.On),
	}
	if state.Status == loan.None {
		z := p.zero()
		a.Balances = loan.Balances{Principal: z, Interest: z, Fees: z, Penalty: z, Total: z, Overpaid: z}
	}
	for _, l := range logged {
		if l.Stream == p.loan {
			a.Events = append(a.Events, Event{l.Fact})
		}
	}
	if s.Do == "show" || i == len(p.story.Steps)-1 {
		a.Details = &Details{
			Schedule: nonNil(state.Schedule(s.On)), Transactions: nonNil(state.Transactions),
			Charges: nonNil(state.ChargeViews()), Journal: nonNil(p.memory.Journal(p.loan)),
		}
	}
	return a
}

// nonNil makes an empty list of none, so that it is written as a list.
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
