package pgstore

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"loanledger/eventstore"
)

// Holder is a cursor and who holds it.
type Holder struct {
	Name     string
	Book     eventstore.Book
	Position eventstore.Position // as it was saved last
	SavedAt  time.Time
	Held     bool
	Process  string // the name that its pool gives its connections, without ServingPrefix; may be empty
}

// Holders lists the cursors that there have ever been, by name and book, with their present holders.
func (s *Store) Holders(ctx context.Context) ([]Holder, error) {
	processes, err := s.lockHolders(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `
		SELECT name, book, position, saved_at FROM ledger.cursors ORDER BY name, book`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Holder, error) {
		var h Holder
		err := row.Scan(&h.Name, &h.Book, &h.Position, &h.SavedAt)
		h.SavedAt = h.SavedAt.UTC()
		h.Process, h.Held = processes[cursorLock(h.Name, h.Book)]
		return h, err
	})
}

// lockHolders is which process has which of the advisory locks that one process has alone.
func (s *Store) lockHolders(ctx context.Context) (map[int64]string, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT classid::bigint << 32 | objid::bigint, coalesce(a.application_name, '')
		FROM pg_locks l LEFT JOIN pg_stat_activity a USING (pid)
		WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND mode = 'ExclusiveLock'
			AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
	if err != nil {
		return nil, err
	}
	processes := map[int64]string{}
	var lock int64
	var process string
	_, err = pgx.ForEachRow(rows, []any{&lock, &process}, func() error {
		processes[lock] = strings.TrimPrefix(process, ServingPrefix)
		return nil
	})
	return processes, err
}
