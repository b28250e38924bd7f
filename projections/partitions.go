package projections

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"loanledger/eventstore"

	"github.com/jackc/pgx/v5"
)

// Advisory locks of a book. Batches of rows and the saving of the position hold the lock of its
// tables together; whoever needs the tables to stand still, at exactly the saved position, holds it
// alone.
const (
	tablesLock  = "reporting tables"
	rebuildLock = "reporting rebuild"
)

func lockKey(name string, book eventstore.Book) int64 {
	sum := sha256.Sum256(binary.BigEndian.AppendUint16([]byte(name+"\x00"), uint16(book)))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}

// ensurePartitions makes the tables of a book, if they are not there yet.
func ensurePartitions(ctx context.Context, conn *pgx.Conn, book eventstore.Book) error {
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, lockKey(tablesLock, book)); err != nil {
			return err
		}
		for id := range tableCount {
			var there bool
			err := tx.QueryRow(ctx, `SELECT to_regclass($1) IS NOT NULL`, id.partition(book, "")).Scan(&there)
			if err != nil {
				return fmt.Errorf("tables of book %d: %w", book, err)
			}
			if there {
				continue
			}
			create := fmt.Sprintf(`CREATE TABLE %s (LIKE %s INCLUDING ALL)%s`, id.partition(book, ""), id.parent(), id.storage())
			if _, err := tx.Exec(ctx, create); err != nil {
				return fmt.Errorf("tables of book %d: %w", book, err)
			}
			if _, err := tx.Exec(ctx, id.attach(book)); err != nil {
				return fmt.Errorf("tables of book %d: %w", book, err)
			}
		}
		return nil
	})
}

// storage is how the rows of a table are stored where that is not as usual.
func (id tableID) storage() string {
	if id == debtBalances {
		return fmt.Sprintf(" WITH (fillfactor = %d)", debtFillFactor)
	}
	return ""
}

func (id tableID) attach(book eventstore.Book) string {
	return fmt.Sprintf(`ALTER TABLE %s ATTACH PARTITION %s FOR VALUES IN (%d)`, id.parent(), id.partition(book, ""), book)
}
