package projections

import (
	"context"

	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/loan"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// EndedLoans is those of some streams that are loans whose life has ended before a date: closed,
// rejected, cancelled or expired, as far as the projection has come. A loan that nobody repays has not
// ended, whatever was written off, and one with a credit balance has not either.
func EndedLoans(ctx context.Context, pool *pgxpool.Pool, book ident.Book, streams []uuid.UUID, before date.Date) ([]uuid.UUID, error) {
	rows, err := pool.Query(ctx, `SELECT loan_id FROM reporting.accounts
		WHERE book = $1 AND loan_id = ANY ($2) AND status = ANY ($3) AND ended_on < $4::text::date`,
		int32(book), streams, []loan.Status{loan.Closed, loan.Refused, loan.Withdrawn, loan.Expired}, before.String())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}
