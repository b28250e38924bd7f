package httpapi

import (
	"context"
	"time"

	"loanledger/adapters/internal/orders"
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/eventstore"
	"loanledger/eventstore/tree"

	"github.com/google/uuid"
)

// Commands carries out the commands of the catalogue. Errors: the refusals of the domain, and those
// of the event store.
type Commands interface {
	Do(ctx context.Context, r ledger.Request) (ledger.Outcome, error)
}

// Loans reads loans from the log. Errors: loan_not_found.
type Loans interface {
	Loan(ctx context.Context, id uuid.UUID) (loan.State, eventstore.Version, error)
	LoanKnownAt(ctx context.Context, id uuid.UUID, asOf date.Date, knownAt time.Time) (loan.State, error)
	LoanEvents(ctx context.Context, id uuid.UUID) ([]eventstore.Recorded, error)
}

// Books reads borrowers and books. Errors: borrower_not_found, lender_not_found.
type Books interface {
	Borrower(ctx context.Context, id uuid.UUID) (borrower.State, eventstore.Version, error)
	Book(ctx context.Context, lender string) (book.State, error) // the first one of the lender
	BooksOf(ctx context.Context, lender string) ([]book.State, error)
	BookWith(ctx context.Context, id uuid.UUID) (book.State, error) // that the identifier belongs to
}

// Directory says which lender has which book.
type Directory interface {
	OfBook(b ident.Book) (lender string, known bool)
	Books(lender string) []ident.Book // of all lenders where the code is empty
}

// Log reads the events of a book and waits for them, as eventstore.Log does.
type Log interface {
	ReadBook(ctx context.Context, book eventstore.Book, after eventstore.Position, limit int) ([]eventstore.Event, error)
	Head(ctx context.Context, book eventstore.Book) (eventstore.Head, error)
	Wait(ctx context.Context, book eventstore.Book, after eventstore.Position) error
}

// Certificates finds no-debt certificates by their number. It knows every certificate whose command
// was answered before. Errors: ErrNoCertificate.
type Certificates interface {
	Certificate(ctx context.Context, number string) (borrower.DebtCleared, error)
	// RenderCertificate draws the certificate as PDF; the borrower's name is masked unless named.
	RenderCertificate(ctx context.Context, number string, named bool) ([]byte, error)
	// ProveCertificate is the proof that the certificate's event is in the log, with its public data.
	// Errors: ErrPending.
	ProveCertificate(ctx context.Context, number string) (tree.Proof, error)
}

// Person is who a borrower is; false when the person has been erased.
type Person func(ctx context.Context, borrowerID uuid.UUID) (p borrower.Person, there bool, err error)

// CloseDay ends the business dates of a lender up to and with a date, and tells of each, with the
// number of loans for which it recorded something. Errors: lender_not_found, day_not_open.
type CloseDay func(ctx context.Context, lender string, on date.Date, progress func(date.Date, int)) error

// OpenBooks opens further books for a lender until it has so many, and returns once they are open.
// Errors: lender_not_found.
type OpenBooks func(ctx context.Context, lender string, total int) error

// Caller is who sends a request.
type Caller struct {
	Name string // of the token; never personal data
	Role ledger.Role
	May  func(lender string) bool // whether the caller may deal with a lender, by its code
}

// actor is how the log names the caller.
func (c Caller) actor() string { return string(c.Role) + ":" + c.Name }

// orders is the caller as one who gives commands.
func (c Caller) orders() orders.Caller {
	return orders.Caller{Role: c.Role, May: c.May, Actor: c.actor()}
}

// Check is a part that the service needs to be of use. Ask returns nil when it is well.
type Check struct {
	Name string // such as "database"
	Ask  func(context.Context) error
}
