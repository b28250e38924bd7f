// Package ledger is the catalogue of commands: their names, their bodies, who may give them, and
// which streams each of them reads and writes.
//
// It is the one place where a command meets more than one aggregate: a loan that begins takes its
// borrower's place, and a loan that ends leaves it.
package ledger

import (
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/loan"

	"github.com/google/uuid"
)

// Streams is what a command may read and write. All that one command records is kept at once, or
// not at all.
type Streams interface {
	Loan(id uuid.UUID) (loan.State, error)
	Borrower(id uuid.UUID) (borrower.State, error)
	Book() (book.State, error)
	RecordLoan(id uuid.UUID, facts ...fact.Fact) error
	RecordBorrower(id uuid.UUID, facts ...fact.Fact) error
	RecordBook(facts ...fact.Fact) error
	// BeginDay makes a date the business date from this command on.
	BeginDay(date.Date)
}

// Moment is when, where and by what a command is given.
type Moment = loan.Moment

// Role is what a caller is.
type Role string

// The roles. A service gives the commands of a loan's life; an operator is staff and may also decide
// applications, publish products and close days; an auditor and an analyst give none.
const (
	Service  Role = "service"
	Operator Role = "operator"
	Auditor  Role = "auditor"
	Analyst  Role = "analyst"
)

// ErrMalformed is returned for a command whose body cannot be read.
var ErrMalformed = fact.Refuse(fact.Invalid, "body_malformed", "The body is not what this command takes.")

// ErrUnknownCommand is returned for a name that is not in the catalogue.
var ErrUnknownCommand = fact.Refuse(fact.NotFound, "command_unknown", "There is no such command.")
