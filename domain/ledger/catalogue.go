package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/loan"
	"loanledger/domain/money"

	"github.com/google/uuid"
)

// Entry is a command in the catalogue.
type Entry struct {
	Name    string // stable, such as "loan.repay"
	Summary string
	Roles   []Role
	Target  Target
	// NewBody is a pointer to an empty body, for decoding and for documentation.
	NewBody func() any
	handle  func(s Streams, m Moment, target uuid.UUID, body any) error
}

// Target is what a command's identifier names.
type Target string

// The targets. A command to the book names none.
const (
	TargetBook     Target = "book"
	TargetLoan     Target = "loan"
	TargetBorrower Target = "borrower"
)

// Command is a command to be carried out.
type Command struct {
	Entry  Entry
	Target uuid.UUID // of a command to a loan or a borrower; what an application creates
	Body   any       // a pointer, as Entry.NewBody makes it
}

var anyone = []Role{Service, Operator}

// Catalogue is every command, in the order of a loan's life. To add one: write it in its own file of
// its aggregate, and name it here.
var Catalogue = []Entry{
	{"loan.apply", "Apply for a loan", anyone, TargetBook, newBody[Apply], apply},
	onLoan[loan.Approve]("Offer the loan that was applied for", Service, Operator),
	onLoan[loan.Reject]("Decline the loan that was applied for", Service, Operator),
	onLoan[loan.Cancel]("Give a loan up before its payout", Service, Operator),
	onLoan[loan.Sign]("Sign the agreement with the code that was sent", Service, Operator),
	onLoan[loan.Disburse]("Record the payout of the principal", Service, Operator),
	onLoan[loan.Repay]("Record a repayment", Service, Operator),
	onLoan[loan.Prolong]("Move the due date", Service, Operator),
	onLoan[loan.CloseDay]("Record what the end of the business date brought about for a loan"),
	{"borrower.certify", "Issue a no-debt certificate", anyone, TargetBorrower, newBody[Certify], certify},
	{"book.publish_product", "Put a product on offer", []Role{Operator}, TargetBook, newBody[PublishProduct], publishProduct},
	{"book.adopt_products", "Offer what another book of the lender published", nil, TargetBook, newBody[AdoptProducts], adoptProducts},
	{"book.close_day", "End the business date", nil, TargetBook, newBody[CloseDay], closeDay},
	{"book.open", "Open a book for a lender", nil, TargetBook, newBody[Open], open},
}

func newBody[B any]() any { return new(B) }

// Lookup finds a command by its name. Errors: command_unknown.
func Lookup(name string) (Entry, error) {
	i := slices.IndexFunc(Catalogue, func(e Entry) bool { return e.Name == name })
	if i < 0 {
		return Entry{}, ErrUnknownCommand
	}
	return Catalogue[i], nil
}

// Decode reads a command's body, strictly: no unknown fields, nothing after it. No bytes are an
// empty body. Errors: body_malformed.
func (e Entry) Decode(target uuid.UUID, data []byte) (Command, error) {
	if c, _, plain := e.DecodePlain(target, data, ""); plain {
		return c, nil
	}
	c := Command{Entry: e, Target: target, Body: e.NewBody()}
	if len(bytes.TrimSpace(data)) == 0 {
		return c, nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(c.Body); err != nil {
		return c, malformed(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return c, ErrMalformed.With("there is something after the body")
	}
	return c, nil
}

// malformed says what is wrong with a body without repeating any of it.
func malformed(err error) error {
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &typ):
		return ErrMalformed.With("field %s must be a %s", typ.Field, typ.Type.Kind())
	case errors.Is(err, money.ErrInvalidAmount):
		return ErrMalformed.With("an amount must be a string of decimal digits, such as \"2500.00\"")
	case errors.Is(err, date.ErrInvalid):
		return ErrMalformed.With("a date must be a string of the form YYYY-MM-DD")
	case bytes.HasPrefix([]byte(err.Error()), []byte("json: unknown field")):
		return ErrMalformed.With("there is a field that this command does not have")
	}
	return ErrMalformed.With("it is not valid JSON, or a value has the wrong form")
}

// Canonical is the command in one fixed form, whatever the body looked like when it came: what its
// idempotency key stands for.
func (c Command) Canonical() []byte {
	if data, short := c.canonical(); short {
		return data
	}
	data, err := json.Marshal(struct {
		Name   string
		Target uuid.UUID
		Body   any
	}{c.Entry.Name, c.Target, c.Body})
	if err != nil {
		panic("ledger: a body that was decoded cannot be encoded: " + err.Error())
	}
	return data
}

// Handle carries a command out: it reads the streams, decides, and records.
func Handle(s Streams, m Moment, c Command) error {
	return c.Entry.handle(s, m, c.Target, c.Body)
}

// onLoan is the entry of a command to one loan. When the loan ends by it, the borrower's place is free.
func onLoan[C loan.Command](summary string, roles ...Role) Entry {
	var zero C
	return Entry{zero.CommandName(), summary, roles, TargetLoan, newBody[C],
		func(s Streams, m Moment, id uuid.UUID, body any) error {
			state, err := s.Loan(id)
			if err != nil {
				return err
			}
			facts, err := loan.Decide(state, *body.(*C), m)
			if err != nil || len(facts) == 0 {
				return err
			}
			if err := s.RecordLoan(id, facts...); err != nil {
				return err
			}
			return leavePlace(s, id)
		}}
}

func leavePlace(s Streams, id uuid.UUID) error {
	l, err := s.Loan(id)
	if err != nil || l.Live() {
		return err
	}
	b, err := s.Borrower(l.Borrower)
	if err != nil {
		return err
	}
	if facts := borrower.LeavePlace(b, l); len(facts) > 0 {
		return s.RecordBorrower(l.Borrower, facts...)
	}
	return nil
}
