package ledger

import (
	"slices"

	"loanledger/domain/borrower"
	"loanledger/domain/loan"

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
