// Package desk carries out the commands of the catalogue on the event store. HTTP, NATS, the command
// line and the reactors all come here: the second of the three hops from adapter to decision.
package desk

import (
	"context"
	"crypto/subtle"

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
	Blind(ctx context.Context, book eventstore.Book, kind, value string) ([]byte, error)
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

// Do carries a command out. A command that was carried out before answers as it did then. An
// application may name any book of its lender: it is made in the one that the borrower lives in. A
// product is published in all books of its lender.
//
// Errors: the refusals of the domain (see fact.Explain), eventstore.ErrKeyReused,
// ErrVersionMismatch, ErrConflict, ErrBusy, ErrOutcomeUnknown, or the context's.
func (d *Desk) Do(ctx context.Context, r ledger.Request) (ledger.Outcome, error) {
	if r.Command.Entry.Target != ledger.TargetBook {
		r.Book = ident.BookOf(r.Command.Target)
	}
	lender, known := d.lenders.OfBook(r.Book)
	if !known {
		return ledger.Outcome{}, d.missing(r.Command.Entry.Target)
	}
	switch r.Command.Body.(type) {
	case *ledger.Apply:
		return d.apply(ctx, lender, r)
	case *ledger.PublishProduct:
		return d.publish(ctx, lender, r)
	}
	return d.carryOut(ctx, r, d.handle)
}

// decision is one attempt of a command in a unit.
type decision func(ctx context.Context, u *eventstore.Unit, m ledger.Moment, c ledger.Command) error

// carryOut carries a command out in its book.
func (d *Desk) carryOut(ctx context.Context, r ledger.Request, decide decision) (ledger.Outcome, error) {
	number := eventstore.Book(r.Book)
	digest, err := d.keeper.Fingerprint(ctx, number, r.Command.Canonical())
	if err != nil {
		return ledger.Outcome{}, err
	}
	request := eventstore.Request{Book: number, Command: commandID(r), Digest: digest, Actor: r.Actor}
	if r.IfVersion != nil {
		request.IfVersion = map[uuid.UUID]eventstore.Version{r.Command.Target: eventstore.Version(*r.IfVersion)}
	}
	result, err := d.executor.Do(ctx, request, func(u *eventstore.Unit) error {
		return decide(ctx, u, ledger.Moment{On: date.FromDays(u.Epoch()), Book: r.Book, Command: request.Command}, r.Command)
	})
	if err != nil {
		return ledger.Outcome{}, err
	}
	return d.outcome(ctx, r, result)
}

// handle decides a command. Whether a code is right is found out here, because a decision asks nobody.
func (d *Desk) handle(_ context.Context, u *eventstore.Unit, m ledger.Moment, c ledger.Command) error {
	if body, is := c.Body.(*loan.Sign); is {
		expected := d.SigningCode(c.Target)
		c.Body = &loan.Sign{Code: body.Code, CodeMatches: subtle.ConstantTimeCompare([]byte(expected), []byte(body.Code)) == 1}
	}
	return ledger.Handle(&streams{u}, m, c)
}

// commandID follows from the idempotency key, within the command's target: the same key for another
// loan is another command.
func commandID(r ledger.Request) uuid.UUID {
	if r.Key == "" {
		return uuid.Must(uuid.NewV7())
	}
	return ident.Derive(r.Book, "command", r.Command.Target[:], []byte(r.Key))
}

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
