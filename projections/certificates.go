package projections

import (
	"context"
	"errors"
	"time"

	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/eventstore"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

var certificatesTable = table{
	name:    "certificates",
	columns: `book, number, borrower_id, lender, issued_on, loans, position, recorded_at`,
}

func certificateRow(r *copyRows, e *eventstore.Event, c borrower.DebtCleared) {
	r.begin(8)
	r.int32(int(e.Book))
	r.text(c.Certificate)
	r.uuid(c.Borrower)
	r.text(c.Lender)
	r.date(c.On)
	r.int32(len(c.Loans))
	r.int64(int64(e.Position))
	r.time(e.RecordedAt)
}

// ErrNoCertificate: there is no certificate of the number, or it is so new that it has not been
// projected yet.
var ErrNoCertificate = errors.New("no such certificate")

// Certificate says where a no-debt certificate stands in the log.
type Certificate struct {
	Number     string
	Book       ident.Book
	Borrower   uuid.UUID
	Lender     string
	IssuedOn   date.Date
	Loans      int                 // that it lists
	Position   eventstore.Position // of the event that issued it
	RecordedAt time.Time
}

// CertificateByNumber finds a certificate in any book. Errors: ErrNoCertificate.
func CertificateByNumber(ctx context.Context, pool *pgxpool.Pool, number string) (Certificate, error) {
	c := Certificate{Number: number}
	var book int32
	var on string
	err := pool.QueryRow(ctx, `SELECT book, borrower_id, lender, issued_on::text, loans, position, recorded_at
		FROM reporting.certificates WHERE number = $1 ORDER BY book LIMIT 1`, number).
		Scan(&book, &c.Borrower, &c.Lender, &on, &c.Loans, &c.Position, &c.RecordedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return c, ErrNoCertificate
	}
	if err != nil {
		return c, err
	}
	c.Book, c.RecordedAt = ident.Book(book), c.RecordedAt.UTC()
	c.IssuedOn, err = date.Parse(on)
	return c, err
}
