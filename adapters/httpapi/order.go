package httpapi

import (
	"context"
	"slices"
	"sync"

	"loanledger/adapters/internal/faults"
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"

	"github.com/google/uuid"
)

// order is a command as it came in, by a route of its own or as a line of many.
type order struct {
	entry     ledger.Entry
	target    uuid.UUID // of a command to a loan or a borrower
	lender    string    // of a command to a book, where it is not in the body
	key       string    // the idempotency key, or empty
	ifVersion *int64
	body      []byte
	check     func(body any) error // of what the address and the body must agree on, or nil
}

// carryOut is the one path of every command. Errors: forbidden, body_malformed, *_not_found,
// if_match_invalid, command_in_progress, and those of Commands.
func (a *API) carryOut(ctx context.Context, c Caller, o order) (ledger.Outcome, error) {
	if !slices.Contains(o.entry.Roles, c.Role) {
		return ledger.Outcome{}, faults.Forbidden
	}
	command, err := o.entry.Decode(o.target, o.body)
	if err != nil {
		return ledger.Outcome{}, err
	}
	if o.check != nil {
		if err := o.check(command.Body); err != nil {
			return ledger.Outcome{}, err
		}
	}
	number, err := a.bookOf(c, o, command.Body)
	if err != nil {
		return ledger.Outcome{}, err
	}
	if o.ifVersion != nil && o.entry.Target == ledger.TargetBook {
		return ledger.Outcome{}, faults.IfMatchInvalid.With("this command is not to a loan or a borrower")
	}
	finish, free := a.running.begin(number, o.target, o.key)
	if !free {
		return ledger.Outcome{}, faults.InProgress
	}
	defer finish()
	outcome, err := a.Commands.Do(ctx, ledger.Request{
		Command: command, Book: number, Key: o.key, Actor: c.actor(), IfVersion: o.ifVersion,
	})
	a.gauges.command(o.entry.Name, err)
	return outcome, err
}

// bookOf is the book that a command is for. What belongs to a lender that the caller has nothing to
// do with is answered like what does not exist.
func (a *API) bookOf(c Caller, o order, body any) (ident.Book, error) {
	if o.entry.Target != ledger.TargetBook {
		return a.permitted(c, o.target, missing[o.entry.Target])
	}
	lender := o.lender
	apply, isApply := body.(*ledger.Apply)
	if isApply {
		if lender != "" && lender != apply.Lender {
			return 0, faultLine.With("its lender is not the one in the body")
		}
		lender = apply.Lender
	}
	books, err := a.booksOf(c, lender)
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

var missing = map[ledger.Target]error{ledger.TargetLoan: loan.ErrNotFound, ledger.TargetBorrower: borrower.ErrNotFound}

// permitted is the book of an identifier whose lender the caller may deal with; notFound otherwise.
func (a *API) permitted(c Caller, id uuid.UUID, notFound error) (ident.Book, error) {
	number := ident.BookOf(id)
	if lender, known := a.Directory.OfBook(number); !known || !c.May(lender) {
		return 0, notFound
	}
	return number, nil
}

// booksOf is the books of a lender that the caller may deal with. Errors: lender_not_found.
func (a *API) booksOf(c Caller, lender string) ([]ident.Book, error) {
	if lender == "" || !c.May(lender) {
		return nil, book.ErrLenderUnknown
	}
	books := a.Directory.Books(lender)
	if len(books) == 0 {
		return nil, book.ErrLenderUnknown
	}
	return books, nil
}

// running is the commands with an idempotency key that this process carries out now. Between
// processes the log decides: one of two becomes the first, and the other one its repetition.
type running struct {
	mu   sync.Mutex
	keys map[runningKey]struct{}
}

type runningKey struct {
	book   ident.Book
	target uuid.UUID
	key    string
}

func newRunning() *running { return &running{keys: map[runningKey]struct{}{}} }

// begin takes a key; false when it is taken. A command without one is never in the way of another.
func (r *running) begin(b ident.Book, target uuid.UUID, key string) (finish func(), free bool) {
	if key == "" {
		return func() {}, true
	}
	k := runningKey{b, target, key}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, taken := r.keys[k]; taken {
		return nil, false
	}
	r.keys[k] = struct{}{}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.keys, k)
	}, true
}
