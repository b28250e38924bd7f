package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"loanledger/adapters/notify"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// tell has a fact about a loan told to a person by a carrier.
func tell(t *testing.T, s loan.State, f fact.Fact, p borrower.Person, send notify.Send) error {
	t.Helper()
	data, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	person := func(context.Context, uuid.UUID) (borrower.Person, bool, error) { return p, true, nil }
	n := notify.New(fixed{"en", s}, person, send)
	return n.React(t.Context(), eventstore.Event{Book: 1, Position: 7, Type: f.EventType(), Schema: 1, Data: data})
}

type refused struct{}

func (refused) Error() string   { return "550 no mailbox of jane@example.org" }
func (refused) Permanent() bool { return true }

// What a carrier says may have the address in it, and errors of reactions are kept with the events.
func TestErrorsOfACarrierAreNotRepeated(t *testing.T) {
	err := tell(t, loan.State{Lender: "lender", Currency: money.RUB}, loan.Settled{}, borrower.Person{Phone: "+79161234567"},
		func(context.Context, notify.Message) error { return refused{} })
	if err == nil || strings.ContainsAny(err.Error(), "@+5") {
		t.Errorf("%v", err)
	}
	if p, is := errors.AsType[interface {
		error
		Permanent() bool
	}](err); !is || !p.Permanent() {
		t.Error("it is no longer known that another try is of no use")
	}
}

func TestWhereAMessageGoes(t *testing.T) {
	cleared := borrower.DebtCleared{Certificate: "SC-1", Lender: "lender"}
	for _, tt := range []struct {
		f             fact.Fact
		phone, email  string
		channel, goes string
	}{
		{cleared, "+79161234567", "jane@example.org", notify.Email, "jane@example.org"},
		{cleared, "+79161234567", "", notify.SMS, "+79161234567"},
		{loan.Settled{}, "+79161234567", "jane@example.org", notify.SMS, "+79161234567"},
		{loan.Settled{}, "", "jane@example.org", "", ""},
	} {
		var sent notify.Message
		err := tell(t, loan.State{Lender: "lender", Currency: money.RUB}, tt.f, borrower.Person{Phone: tt.phone, Email: tt.email},
			func(_ context.Context, m notify.Message) error { sent = m; return nil })
		if err != nil || sent.Channel != tt.channel || sent.To != tt.goes {
			t.Errorf("%s to %q and %q: %v %+v", tt.f.EventType(), tt.phone, tt.email, err, sent)
		}
	}
}

// A code is of no use any more when the event comes late.
func TestNoCodeForAnOfferThatIsOver(t *testing.T) {
	for status, want := range map[loan.Status]int{
		loan.Requested: 1, loan.Offered: 1, loan.Agreed: 0, loan.Active: 0, loan.Withdrawn: 0, loan.Expired: 0,
	} {
		sent := 0
		err := tell(t, loan.State{Lender: "lender", Currency: money.RUB, Status: status}, loan.Approved{On: date.New(2026, 11, 2)},
			borrower.Person{Phone: "+79161234567"}, func(context.Context, notify.Message) error { sent++; return nil })
		if err != nil || sent != want {
			t.Errorf("%s: %v, %d messages", status, err, sent)
		}
	}
}
