// Package desk carries out the commands of the catalogue on the event store. HTTP, NATS, the command
// line and the reactors all come here: the second of the three hops from adapter to decision.
package desk

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
)

// Keeper keeps what only the lender may know: who a document belongs to, and the codes that sign.
type Keeper interface {
	eventstore.Sealer
	Open(ctx context.Context, book eventstore.Book, subject uuid.UUID, label string, sealed []byte) ([]byte, error)
	Find(ctx context.Context, book eventstore.Book, kind, value string) (owner uuid.UUID, found bool, err error)
	Claim(ctx context.Context, book eventstore.Book, kind, value string, candidate uuid.UUID) (owner uuid.UUID, err error)
	Code(book eventstore.Book, purpose string, id uuid.UUID, issue, digits int) string
	Fingerprint(ctx context.Context, book eventstore.Book, data []byte) (eventstore.Digest, error)
}

// Desk carries out commands. It is safe for concurrent use.
type Desk struct {
	executor *eventstore.Executor
	keeper   Keeper
	lenders  *Lenders
	clock    eventstore.Clock
}

// New is a desk on a log.
func New(log eventstore.Log, keeper Keeper, lenders *Lenders, clock eventstore.Clock) *Desk {
	return &Desk{
		executor: eventstore.NewExecutor(log, keeper, eventstore.WithClock(clock),
			eventstore.WithDecoder(func(e eventstore.Event) (any, error) { return projections.Decode(e) })),
		keeper:  keeper,
		lenders: lenders,
		clock:   clock,
	}
}

// Lenders is the lenders of the installation and their books.
func (d *Desk) Lenders() *Lenders { return d.lenders }

// Log is the log that the desk works on.
func (d *Desk) Log() eventstore.Log { return d.executor.Log() }

// Do carries a command out. A command that was carried out before answers as it did then.
//
// Errors: the refusals of the domain (see fact.Explain), eventstore.ErrKeyReused,
// ErrVersionMismatch, ErrConflict, ErrBusy, ErrOutcomeUnknown, or the context's.
func (d *Desk) Do(ctx context.Context, r ledger.Request) (ledger.Outcome, error) {
	if r.Command.Entry.Target != ledger.TargetBook {
		r.Book = ident.BookOf(r.Command.Target)
	}
	if _, known := d.lenders.OfBook(r.Book); !known {
		return ledger.Outcome{}, d.missing(r.Command.Entry.Target)
	}
	number := eventstore.Book(r.Book)
	digest, err := d.keeper.Fingerprint(ctx, number, r.Command.Canonical())
	if err != nil {
		return ledger.Outcome{}, err
	}
	request := eventstore.Request{Book: number, Command: commandID(r), Digest: digest, Actor: r.Actor}
	if r.IfVersion != nil {
		request.IfVersion = map[uuid.UUID]eventstore.Version{r.Command.Target: eventstore.Version(*r.IfVersion)}
	}
	result, err := d.execute(ctx, r, request)
	if err != nil {
		return ledger.Outcome{}, err
	}
	return d.outcome(ctx, r, result)
}

func (d *Desk) execute(ctx context.Context, r ledger.Request, request eventstore.Request) (eventstore.Result, error) {
	for {
		result, err := d.executor.Do(ctx, request, func(u *eventstore.Unit) error {
			return d.decide(ctx, u, r, request.Command)
		})
		if !errors.Is(err, errAgain) {
			return result, err
		}
	}
}

// commandID follows from the idempotency key, within the command's target: the same key for another
// loan is another command.
func commandID(r ledger.Request) uuid.UUID {
	if r.Key == "" {
		return uuid.Must(uuid.NewV7())
	}
	return ident.Derive(r.Book, "command", r.Command.Target[:], []byte(r.Key))
}

// decide runs one attempt. Who a person is, and whether a code is right, is found out here, because
// a decision asks nobody.
func (d *Desk) decide(ctx context.Context, u *eventstore.Unit, r ledger.Request, id uuid.UUID) error {
	moment := ledger.Moment{On: date.FromDays(u.Epoch()), Book: r.Book, Command: id}
	command := r.Command
	switch body := command.Body.(type) {
	case *ledger.Apply:
		return d.apply(ctx, u, moment, command, *body)
	case *loan.Sign:
		expected := d.SigningCode(r.Command.Target)
		command.Body = &loan.Sign{Code: body.Code, CodeMatches: subtle.ConstantTimeCompare([]byte(expected), []byte(body.Code)) == 1}
	}
	return ledger.Handle(&streams{u}, moment, command)
}

// documentKind is under which a borrower's identity document is looked up.
const documentKind = "document"

// apply finds the borrower by their document. The document becomes the new borrower's only after the
// application was accepted, so that a refused one leaves nothing behind.
func (d *Desk) apply(ctx context.Context, u *eventstore.Unit, m ledger.Moment, c ledger.Command, a ledger.Apply) error {
	handle := func(id uuid.UUID) error {
		a.BorrowerID = id
		c.Body = &a
		return ledger.Handle(&streams{u}, m, c)
	}
	switch {
	case (a.Borrower == nil) == (a.BorrowerID == uuid.Nil):
		return ledger.ErrWhoApplies
	case a.Borrower == nil && ident.BookOf(a.BorrowerID) != m.Book:
		return borrower.ErrNotFound
	case a.Borrower == nil:
		return handle(a.BorrowerID)
	}
	if err := a.Borrower.Check(m.On); err != nil {
		return err
	}
	number := eventstore.Book(m.Book)
	owner, found, err := d.keeper.Find(ctx, number, documentKind, a.Borrower.DocumentNumber)
	if err != nil {
		return err
	}
	if found {
		return handle(owner)
	}
	candidate := ledger.NewBorrowerID(m.Book, m.Command)
	if err := handle(candidate); err != nil {
		return err
	}
	owner, err = d.keeper.Claim(ctx, number, documentKind, a.Borrower.DocumentNumber, candidate)
	if err == nil && owner != candidate {
		err = fmt.Errorf("another application of the same person came first: %w", errAgain)
	}
	return err
}

// errAgain asks for the same decision to be made once more, on what is known now.
var errAgain = errors.New("decide again")

// missing is the refusal for a target whose book is not of this installation.
func (d *Desk) missing(t ledger.Target) error {
	switch t {
	case ledger.TargetLoan:
		return loan.ErrNotFound
	case ledger.TargetBorrower:
		return borrower.ErrNotFound
	}
	return book.ErrLenderUnknown
}
