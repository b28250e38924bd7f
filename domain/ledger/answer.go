package ledger

import (
	"time"

	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/loan"
)

// Request is a command as it came in.
type Request struct {
	Command Command
	Book    ident.Book // of a command to a book; others carry their book in their target
	Key     string     // the idempotency key; empty for a command that is never repeated
	Actor   string     // who gives the command: a role and a name, never personal data
	// IfVersion is the version that the target must have, where it is not nil.
	IfVersion *int64
}

// Outcome is what a command did: an answer for its kind, and the version of its target after it.
type Outcome struct {
	Answer   any // *LoanAnswer, *CertificateAnswer or *BookAnswer
	Version  int64
	Replayed bool // the command had been carried out before; this is its first answer
}

// Receipt says where a command stands in the log.
type Receipt struct {
	Position   int64           `json:"position" doc:"of the last event of the command in its book; 0 where it changed nothing"`
	RecordedAt time.Time       `json:"recorded_at,omitzero"`
	Version    int64           `json:"version" doc:"of the stream, as in the ETag"`
	Events     []RecordedEvent `json:"events"`
}

// RecordedEvent is an event that a command recorded.
type RecordedEvent struct {
	Position int64  `json:"position"`
	Type     string `json:"type" example:"loan.repaid"`
}

// LoanAnswer is a loan after a command.
type LoanAnswer struct {
	loan.View
	Transaction *loan.Transaction `json:"transaction,omitempty" doc:"that the command made"`
	Receipt
}

// CertificateAnswer is a certificate that a command issued.
type CertificateAnswer struct {
	borrower.DebtCleared
	Receipt
}

// BookAnswer is a book after a command.
type BookAnswer struct {
	Lender         string    `json:"lender"`
	BusinessDate   date.Date `json:"business_date"`
	Product        string    `json:"product,omitempty"`
	ProductVersion int       `json:"product_version,omitempty"`
	Receipt
}
