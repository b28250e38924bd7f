// Package notify tells borrowers what happens to their loans, in the language of their lender. It is a
// reaction to events: each is told once, under the event's own name.
package notify

import (
	"context"
	"fmt"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
)

// The channels of a message.
const (
	SMS   = "sms"
	Email = "email"
)

// Message is a message to one borrower. It holds personal data: whom it is to and, where it has one,
// the code that signs their agreement.
type Message struct {
	ID      string // of the event that it tells of, such as "1-42"
	Lender  string // the lender's code
	To      string // a phone number (E.164) or an e-mail address, by the channel
	Channel string // SMS or Email
	Kind    string // what it says, such as "code" or "settled"
	Text    string
	Code    string // that the text has, or empty
}

// Ledger is what is asked of the ledger to write a message.
type Ledger interface {
	Loan(context.Context, uuid.UUID) (loan.State, eventstore.Version, error)
	Book(ctx context.Context, lender string) (book.State, error)
	SigningCode(loan uuid.UUID) string
}

// Person finds out who a borrower is; false when the borrower was erased, and is told nothing more.
type Person func(ctx context.Context, borrower uuid.UUID) (p borrower.Person, there bool, err error)

// Send sends a message. One whose ID was sent before is not sent again. An error with a method
// Permanent() bool that answers true is not worth another try.
type Send func(context.Context, Message) error

// Notifier writes messages and has them sent.
type Notifier struct {
	ledger Ledger
	person Person
	send   Send
}

// New is a notifier of the events that Types names.
func New(ledger Ledger, person Person, send Send) *Notifier {
	return &Notifier{ledger: ledger, person: person, send: send}
}

// Types is the types of events that are told.
func Types() []string {
	return []string{
		loan.Approved{}.EventType(), loan.Disbursed{}.EventType(), loan.Repaid{}.EventType(), loan.Prolonged{}.EventType(),
		loan.Settled{}.EventType(), loan.FellDue{}.EventType(), loan.FellOverdue{}.EventType(), borrower.DebtCleared{}.EventType(),
	}
}

// React tells a borrower of an event. Errors have no personal data.
func (n *Notifier) React(ctx context.Context, e eventstore.Event) error {
	f, err := projections.Decode(e)
	if err != nil {
		return err
	}
	s, err := n.about(ctx, e, f)
	if err != nil {
		return err
	}
	books, err := n.ledger.Book(ctx, s.Lender)
	if err != nil {
		return fmt.Errorf("lender %s: %w", s.Lender, err)
	}
	kind, values := says(books.Lender.Language, s, f)
	if kind == "" {
		return nil
	}
	m := Message{ID: fmt.Sprintf("%d-%d", e.Book, e.Position), Lender: s.Lender, Kind: kind}
	if kind == kindCode {
		m.Code = n.ledger.SigningCode(e.Stream)
		values["code"] = m.Code
	}
	values["brand"], values["number"] = books.Lender.Name, s.Number
	m.Text = text(books.Lender.Language, kind, values)
	p, there, err := n.person(ctx, s.Borrower)
	if err != nil {
		return fmt.Errorf("borrower %s: %w", s.Borrower, err)
	}
	if !there || !m.address(p) {
		return nil
	}
	if err := n.send(ctx, m); err != nil {
		return &sendError{err}
	}
	return nil
}

// about is the loan that a fact is about, as it stands now; of a certificate, the borrower and the
// lender alone.
func (n *Notifier) about(ctx context.Context, e eventstore.Event, f fact.Fact) (loan.State, error) {
	if cleared, is := f.(borrower.DebtCleared); is {
		return loan.State{Borrower: cleared.Borrower, Lender: cleared.Lender}, nil
	}
	s, _, err := n.ledger.Loan(ctx, e.Stream)
	if err != nil {
		return s, fmt.Errorf("loan %s: %w", e.Stream, err)
	}
	return s, nil
}

// address says where a message goes: a certificate by e-mail where there is an address, all else to
// the phone. It is false for a borrower who left neither.
func (m *Message) address(p borrower.Person) bool {
	m.Channel, m.To = SMS, p.Phone
	if m.Kind == kindCertificate && p.Email != "" {
		m.Channel, m.To = Email, p.Email
	}
	return m.To != ""
}

// The kinds of messages that are more than their text.
const (
	kindCode        = "code"
	kindCertificate = "certificate"
)

// says is what there is to say about a fact; no kind where another message says it.
func says(language string, s loan.State, f fact.Fact) (kind string, values map[string]string) {
	owed := func(p loan.Parts) string { return amount(language, p.Total(), s.Currency) }
	switch e := f.(type) {
	case loan.Approved:
		if s.Status != loan.Requested && s.Status != loan.Offered {
			return "", nil // signed, given up or lapsed meanwhile
		}
		return kindCode, map[string]string{}
	case loan.Disbursed:
		return "disbursed", map[string]string{"amount": amount(language, e.Amount, s.Currency), "due": day(language, e.Due)}
	case loan.Repaid:
		if e.Balance.Total().IsZero() {
			return "", nil // the settlement tells
		}
		return "received", map[string]string{"amount": amount(language, e.Amount, s.Currency), "owed": owed(e.Balance)}
	case loan.Prolonged:
		return "prolonged", map[string]string{"due": day(language, e.Due)}
	case loan.Settled:
		return "settled", map[string]string{}
	case loan.FellDue:
		return "due_today", map[string]string{"due": day(language, e.Due), "owed": owed(e.Owed)}
	case loan.FellOverdue:
		return "overdue", map[string]string{"due": day(language, e.Due), "owed": owed(e.Owed)}
	case borrower.DebtCleared:
		return kindCertificate, map[string]string{"certificate": e.Certificate}
	}
	return "", nil
}

// sendError hides what a carrier says, which may have the address in it: errors of reactions are kept
// with the events. It still says whether another try is of use.
type sendError struct{ cause error }

func (*sendError) Error() string   { return "the message could not be sent" }
func (e *sendError) Unwrap() error { return e.cause }
