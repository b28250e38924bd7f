// Package orders is the way of a command from an adapter to the desk that carries it out, the same for
// HTTP and NATS, for one command and for many in one stream.
package orders

import (
	"context"
	"slices"

	"loanledger/adapters/internal/faults"
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"

	"github.com/google/uuid"
)

// Order is a command as it came in.
type Order struct {
	Entry     ledger.Entry
	Target    uuid.UUID // of a command to a loan or a borrower
	Lender    string    // of a command to a book, where it is not in the body
	Key       string    // the idempotency key, or empty
	IfVersion *int64    // that the target must have, or nil
	Body      []byte
	Check     func(body any) error // of what the address and the body must agree on, or nil
}

// Caller is who gives an order.
type Caller struct {
	Role  ledger.Role
	May   func(lender string) bool // whether the caller may deal with a lender, by its code
	Actor string                   // how the log names the caller; never personal data
}

// Commands carries commands out.
type Commands interface {
	Do(context.Context, ledger.Request) (ledger.Outcome, error)
}

// Directory says which lender has which book.
type Directory interface {
	OfBook(b ident.Book) (lender string, known bool)
	Books(lender string) []ident.Book // of all lenders where the code is empty
}

// Desk is where orders are carried out. It is safe for concurrent use.
type Desk struct {
	commands  Commands
	directory Directory
	running   running
}

// NewDesk is a desk in front of the one that carries commands out.
func NewDesk(c Commands, d Directory) *Desk { return &Desk{commands: c, directory: d} }

// CarryOut is the path of an order. Errors: forbidden, body_malformed, *_not_found, line_malformed,
// if_match_invalid, command_in_progress, and those of Commands.
func (d *Desk) CarryOut(ctx context.Context, c Caller, o Order) (ledger.Outcome, error) {
	if !slices.Contains(o.Entry.Roles, c.Role) {
		return ledger.Outcome{}, faults.Forbidden
	}
	command, err := o.Entry.Decode(o.Target, o.Body)
	if err != nil {
		return ledger.Outcome{}, err
	}
	if o.Check != nil {
		if err := o.Check(command.Body); err != nil {
			return ledger.Outcome{}, err
		}
	}
	number, err := d.BookOf(c, command, o.Lender)
	if err != nil {
		return ledger.Outcome{}, err
	}
	if o.IfVersion != nil && o.Entry.Target == ledger.TargetBook {
		return ledger.Outcome{}, faults.IfMatchInvalid.With("this command is not to a loan or a borrower")
	}
	return d.Do(ctx, c, ledger.Request{Command: command, Book: number, Key: o.Key, IfVersion: o.IfVersion})
}

// Do gives a command to the desk, in the caller's name. Errors: command_in_progress, and those of
// Commands.
func (d *Desk) Do(ctx context.Context, c Caller, r ledger.Request) (ledger.Outcome, error) {
	k := runningKey{r.Book, r.Command.Target, r.Key}
	if !d.running.begin(k) {
		return ledger.Outcome{}, faults.InProgress
	}
	defer d.running.end(k)
	r.Actor = c.Actor
	return d.commands.Do(ctx, r)
}

// Begin takes an idempotency key for something that is no command of the catalogue; false when it is
// taken. finish gives it back.
func (d *Desk) Begin(b ident.Book, key string) (finish func(), free bool) {
	k := runningKey{b, uuid.Nil, key}
	return func() { d.running.end(k) }, d.running.begin(k)
}

// BookOf is the book that a command is for. What belongs to a lender that the caller has nothing to do
// with is answered like what does not exist. Errors: *_not_found, line_malformed.
func (d *Desk) BookOf(c Caller, command ledger.Command, lender string) (ident.Book, error) {
	switch command.Entry.Target {
	case ledger.TargetLoan:
		return d.Permitted(c, command.Target, loan.ErrNotFound)
	case ledger.TargetBorrower:
		return d.Permitted(c, command.Target, borrower.ErrNotFound)
	}
	apply, isApply := command.Body.(*ledger.Apply)
	if isApply {
		if lender != "" && lender != apply.Lender {
			return 0, faults.Line.With("its lender is not the one in the body")
		}
		lender = apply.Lender
	}
	books, err := d.BooksOf(c, lender)
	if err != nil {
		return 0, err
	}
	if isApply && apply.BorrowerID != uuid.Nil {
		if b := ident.BookOf(apply.BorrowerID); slices.Contains(books, b) {
			return b, nil
		}
		return 0, borrower.ErrNotFound
	}
	return books[0], nil
}

// Permitted is the book of an identifier whose lender the caller may deal with; notFound otherwise.
func (d *Desk) Permitted(c Caller, id uuid.UUID, notFound error) (ident.Book, error) {
	number := ident.BookOf(id)
	if lender, known := d.directory.OfBook(number); !known || !c.May(lender) {
		return 0, notFound
	}
	return number, nil
}

// BooksOf is the books of a lender that the caller may deal with. Errors: lender_not_found.
func (d *Desk) BooksOf(c Caller, lender string) ([]ident.Book, error) {
	if lender == "" || !c.May(lender) {
		return nil, book.ErrLenderUnknown
	}
	books := d.directory.Books(lender)
	if len(books) == 0 {
		return nil, book.ErrLenderUnknown
	}
	return books, nil
}
