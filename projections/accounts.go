package projections

import (
	"context"

	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/loan"
	"loanledger/eventstore"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

var accountsTable = table{
	name: "accounts", byLoan: true,
	columns: `book, loan_id, lender, number, borrower_id, product, product_version, status, currency, principal,
		term_days, applied_on, approved_on, offer_until, signed_on, disbursed_on, due_date, ended_on, prolongations,
		next_event_on, version, position, updated_at`,
}

// accountRow is the loan as it stands. Reasons of rejections are left out: they are free text.
func accountRow(r *copyRows, book eventstore.Book, l *loanAt) {
	s := &l.state
	r.begin(23)
	r.int32(int(book))
	r.uuid(s.ID)
	r.text(s.Lender)
	r.text(s.Number)
	r.uuid(s.Borrower)
	r.text(s.Product)
	r.int32(s.ProductVersion)
	r.text(string(s.Status))
	r.text(s.Currency.String())
	r.amount(s.Principal, s.Currency)
	r.int32(s.TermDays)
	r.date(s.AppliedOn)
	r.date(s.ApprovedOn)
	r.date(s.OfferUntil)
	r.date(s.SignedOn)
	r.date(s.DisbursedOn)
	r.date(s.Due())
	r.date(s.EndedOn)
	r.int32(s.Prolongations)
	r.date(s.NextDay())
	r.int32(int(l.version))
	r.int64(int64(l.position))
	r.time(l.recordedAt)
}

// CloseCandidates is the loans for which the closing of a date brings something about, as far as the
// projection has come; see Runner.WaitFor.
func CloseCandidates(ctx context.Context, pool *pgxpool.Pool, book ident.Book, on date.Date) ([]uuid.UUID, error) {
	rows, err := pool.Query(ctx, `SELECT loan_id FROM reporting.accounts
		WHERE book = $1 AND next_event_on <= $2::text::date ORDER BY loan_id`, int32(book), on.String())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// BorrowerLoan is a loan of a borrower's.
type BorrowerLoan struct {
	Loan   uuid.UUID
	Number string
	Status loan.Status
}

// BorrowerLoans is all loans of a borrower, in the order of their applications.
func BorrowerLoans(ctx context.Context, pool *pgxpool.Pool, borrower uuid.UUID) ([]BorrowerLoan, error) {
	rows, err := pool.Query(ctx, `SELECT loan_id, number, status FROM reporting.accounts
		WHERE book = $1 AND borrower_id = $2 ORDER BY applied_on, loan_id`, int32(ident.BookOf(borrower)), borrower)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[BorrowerLoan])
}
