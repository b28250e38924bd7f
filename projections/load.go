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

// load puts collected rows in place of those that they replace, in the partitions with a suffix.
func load(ctx context.Context, tx pgx.Tx, book eventstore.Book, suffix string, out *output) error {
	for id, r := range out.rows {
		if r == nil || r.count == 0 && len(r.replaced) == 0 {
			continue
		}
		id := tableID(id)
		if len(r.replaced) > 0 {
			gone := fmt.Sprintf(`DELETE FROM %s WHERE book = %d AND loan_id = ANY($1)`, id.partition(book, suffix), book)
			if _, err := tx.Exec(ctx, gone, r.replaced); err != nil {
				return fmt.Errorf("%s: %w", tables[id].name, err)
			}
		}
		if err := copyIn(ctx, tx.Conn().PgConn(), id.copyStatement(book, suffix), r.buf); err != nil {
			return fmt.Errorf("%s: %w", tables[id].name, err)
		}
		r.reset()
	}
	return nil
}

// copyIn loads rows in the binary format.
func copyIn(ctx context.Context, conn *pgconn.PgConn, statement string, rows []byte) error {
	all := io.MultiReader(bytes.NewReader(copyHeader), bytes.NewReader(rows), bytes.NewReader(copyTrailer))
	_, err := conn.CopyFrom(ctx, all, statement)
	return err
}
