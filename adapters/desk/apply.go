package desk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// The kinds of claims. All claims of a lender are made in its first book, whatever book the borrower
// lives in: so there is one register of people for each lender, which settles every race between
// processes, also when only one of them knows of a new book yet.
const (
	documentKind = "document"    // of a borrower's identity document; the owner is the borrower
	keyKind      = "application" // of the idempotency key of an application; the owner is the command
)

// application is an application on its way to the book that it belongs in.
type application struct {
	*Desk
	lender string
	books  []ident.Book // of the lender, as far as this process knows
	key    string       // to be claimed; empty where a repetition cannot come to another book
	looked bool         // what follows is known
	owner  uuid.UUID    // of the document, if there is one
	keyOf  ident.Book   // the book that the key was used in; 0 for none
}

// elsewhere: the decision has to be made in another book.
type elsewhere struct{ book ident.Book }

func (e elsewhere) Error() string { return fmt.Sprintf("decide in book %d", e.book) }

// errAgain asks for the same decision to be made once more, on what is known now.
var errAgain = errors.New("decide again")

// apply makes an application in the book of the borrower: where they live, or, if nobody knows them,
// where a hash of their document says.
func (d *Desk) apply(ctx context.Context, lender string, r ledger.Request) (ledger.Outcome, error) {
	a := &application{Desk: d, lender: lender, books: d.lenders.Books(lender)}
	if len(a.books) == 0 {
		a.books = []ident.Book{r.Book}
	}
	if len(a.books) > 1 && r.Key != "" {
		a.key = r.Key
	}
	var err error
	if r.Book, err = a.begin(ctx, r); err != nil {
		return ledger.Outcome{}, err
	}
	for {
		outcome, err := d.carryOut(ctx, r, a.decide)
		if there, is := errors.AsType[elsewhere](err); is {
			r.Book = there.book
			continue
		}
		if !errors.Is(err, errAgain) {
			return outcome, err
		}
		a.looked = false
	}
}

// begin is the book to begin with: the one in which the same key was used before, or else the
// borrower's. A body that cannot be right is refused wherever it goes.
func (a *application) begin(ctx context.Context, r ledger.Request) (ident.Book, error) {
	body := r.Command.Body.(*ledger.Apply)
	if a.key != "" {
		used, found, err := a.keeper.Find(ctx, a.register(), keyKind, a.key)
		if err != nil {
			return 0, err
		}
		if found {
			a.keyOf = ident.BookOf(used)
			return a.keyOf, nil
		}
	}
	if (body.Borrower == nil) == (body.BorrowerID == uuid.Nil) ||
		body.Borrower != nil && body.Borrower.Check(date.Of(a.clock(), time.UTC)) != nil {
		return a.books[0], nil
	}
	home, err := a.home(ctx, *body)
	if err != nil || a.key == "" || home == a.books[0] {
		return home, err
	}
	// Before there was a second book, keys were not claimed.
	r.Book = a.books[0]
	events, err := a.Log().ReadStream(ctx, a.register(), ledger.LoanID(r.Book, commandID(r)), 0)
	if err == nil && len(events) > 0 {
		home = r.Book
	}
	return home, err
}

// register is the book in which the lender's claims are made.
func (a *application) register() eventstore.Book { return eventstore.Book(a.books[0]) }

// bookOf is the book of a borrower, or the first one, which does not have them, if that is another's.
func (a *application) bookOf(id uuid.UUID) ident.Book {
	if lender, known := a.lenders.OfBook(ident.BookOf(id)); known && lender == a.lender {
		return ident.BookOf(id)
	}
	return a.books[0]
}

// decide finds out who applies, and sends the application to their book. The claims are made only
// after it was accepted, so that a refused one leaves nothing behind.
func (a *application) decide(ctx context.Context, u *eventstore.Unit, m ledger.Moment, c ledger.Command) error {
	body := *c.Body.(*ledger.Apply)
	if (body.Borrower == nil) == (body.BorrowerID == uuid.Nil) {
		return ledger.ErrWhoApplies
	}
	if a.key != "" { // in the book that it was made in, a repetition finds itself here
		if _, err := (&streams{u}).Loan(ledger.LoanID(m.Book, m.Command)); err != nil {
			return err
		}
	}
	if body.Borrower != nil {
		if err := body.Borrower.Check(m.On); err != nil {
			return err
		}
	}
	home, err := a.home(ctx, body)
	switch {
	case err != nil:
		return err
	case a.keyOf != 0 && a.keyOf != home:
		return fmt.Errorf("the application of another borrower: %w", eventstore.ErrKeyReused)
	case home != m.Book:
		return elsewhere{home}
	case body.Borrower == nil && ident.BookOf(body.BorrowerID) != m.Book:
		return borrower.ErrNotFound
	}
	candidate := body.BorrowerID
	if body.Borrower != nil {
		if candidate = a.owner; candidate == uuid.Nil {
			candidate = ledger.NewBorrowerID(m.Book, m.Command)
		}
	}
	body.BorrowerID = candidate
	c.Body = &body
	if err := ledger.Handle(&streams{u}, m, c); err != nil {
		return err
	}
	return a.claim(ctx, m, body)
}

// home is the book in which an application is made.
func (a *application) home(ctx context.Context, body ledger.Apply) (ident.Book, error) {
	if body.Borrower == nil {
		return a.bookOf(body.BorrowerID), nil
	}
	document := body.Borrower.DocumentNumber
	if !a.looked {
		owner, _, err := a.keeper.Find(ctx, a.register(), documentKind, document)
		if err != nil {
			return 0, err
		}
		a.owner, a.looked = owner, true
	}
	if a.owner != uuid.Nil {
		return ident.BookOf(a.owner), nil
	}
	if len(a.books) == 1 {
		return a.books[0], nil
	}
	seed, err := a.keeper.Blind(ctx, a.register(), documentKind, document)
	if err != nil {
		return 0, err
	}
	return ident.Choose(seed, a.books), nil
}

// claim makes the document the borrower's and the key the command's, where they are not yet.
func (a *application) claim(ctx context.Context, m ledger.Moment, body ledger.Apply) error {
	if body.Borrower != nil && a.owner == uuid.Nil {
		owner, err := a.keeper.Claim(ctx, a.register(), documentKind, body.Borrower.DocumentNumber, body.BorrowerID)
		if err == nil && owner != body.BorrowerID {
			err = fmt.Errorf("another application of the same person came first: %w", errAgain)
		}
		if err != nil {
			return err
		}
	}
	if a.key == "" || a.keyOf != 0 {
		return nil
	}
	used, err := a.keeper.Claim(ctx, a.register(), keyKind, a.key, m.Command)
	if err == nil && ident.BookOf(used) != m.Book {
		err = fmt.Errorf("the application of another borrower: %w", eventstore.ErrKeyReused)
	}
	return err
}
