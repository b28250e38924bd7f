package projections

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"loanledger/eventstore"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// load puts collected rows in place of those that they replace, and brings debts forward, in the
// partitions with a suffix.
func load(ctx context.Context, tx pgx.Tx, book eventstore.Book, suffix string, out *output) error {
	conn := tx.Conn().PgConn()
	for id, r := range out.rows {
		if r == nil || r.count == 0 && len(r.replaced) == 0 {
			continue
		}
		id := tableID(id)
		if len(r.replaced) > 0 {
			if err := deleteLoans(ctx, conn, id.partition(book, suffix), book, r.replaced); err != nil {
				return fmt.Errorf("%s: %w", tables[id].name, err)
			}
		}
		if err := copyIn(ctx, conn, id.copyStatement(book, suffix), r.buf); err != nil {
			return fmt.Errorf("%s: %w", tables[id].name, err)
		}
		r.reset()
	}
	if out.forward.count > 0 {
		if err := bringForward(ctx, conn, book, suffix, &out.forward); err != nil {
			return fmt.Errorf("%s: %w", tables[debtBalances].name, err)
		}
		out.forward.reset()
	}
	return nil
}

// copyIn loads rows in the binary format.
func copyIn(ctx context.Context, conn *pgconn.PgConn, statement string, rows []byte) error {
	all := io.MultiReader(bytes.NewReader(copyHeader), bytes.NewReader(rows), bytes.NewReader(copyTrailer))
	_, err := conn.CopyFrom(ctx, all, statement)
	return err
}
