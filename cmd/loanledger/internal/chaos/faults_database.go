package chaos

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// committing finds the sessions that append.
const committing = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
	AND (query LIKE '%ledger.batches%' OR query LIKE '%pg_advisory_xact_lock%') ORDER BY hashint8(pid + $1), pid LIMIT $2`

// Faults in the database.
var (
	killSession = &kind{"kill_session", 0, 0, func(r *round, f fault) (bool, error) {
		r.crashing.Lock() // Postgres starts all sessions anew when one crashes
		defer r.crashing.Unlock()
		if !r.working() {
			return false, nil
		}
		return r.asking(func(ctx context.Context, conn *pgx.Conn) error {
			var pid int
			if err := conn.QueryRow(ctx, committing, int32(f.nr), 1).Scan(&pid); err != nil {
				return err
			}
			return syscall.Kill(pid, syscall.SIGKILL)
		})
	}}
	endSessions = &kind{"end_sessions", 0, 0, func(r *round, f fault) (bool, error) {
		return r.executing(`SELECT pg_terminate_backend(pid) FROM (`+committing+`) AS some`, int32(f.nr), 1+f.nr%3)
	}}
	cancelStatements = &kind{"cancel_statements", 0, 0, func(r *round, f fault) (bool, error) {
		return r.executing(`SELECT pg_cancel_backend(pid) FROM (`+committing+`) AS some`, int32(f.nr), 1+f.nr%3)
	}}
	slowCommits = &kind{"slow_commits", 300 * time.Millisecond, 2 * time.Second, func(r *round, f fault) (bool, error) {
		happened, err := r.configure(fmt.Sprintf(`ALTER SYSTEM SET commit_delay = %d`, 500+f.seed%20_000), `ALTER SYSTEM SET commit_siblings = 0`)
		time.Sleep(f.while)
		_, resetErr := r.configure(usualCommits...)
		return happened, errors.Join(err, resetErr)
	}}
	longSnapshot = &kind{"long_snapshot", time.Second, 4 * time.Second, func(r *round, f fault) (bool, error) {
		return r.asking(func(ctx context.Context, conn *pgx.Conn) error {
			return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
				if _, err := tx.Exec(ctx, `SELECT count(*) FROM ledger.batches`); err != nil {
					return err
				}
				time.Sleep(f.while)
				return nil
			})
		})
	}}
	holdBook = &kind{"hold_book", 200 * time.Millisecond, 2 * time.Second, func(r *round, f fault) (bool, error) {
		return r.asking(func(ctx context.Context, conn *pgx.Conn) error {
			return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
				// The lock that a batch of the book takes first.
				_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, $2)`, bookLocks, int32(r.books[f.nr%len(r.books)].Book))
				if err == nil {
					time.Sleep(f.while)
				}
				return err
			})
		})
	}}
	lookAfterTables = &kind{"look_after_tables", 0, 0, func(r *round, _ fault) (bool, error) {
		return r.executing(`VACUUM (ANALYZE)`)
	}}
	rebuildTables = &kind{"rebuild_tables", 0, 0, func(r *round, _ fault) (bool, error) {
		return r.serving(func(ctx context.Context, pool *pgxpool.Pool, store *pgstore.Store) error {
			return projections.Rebuild(ctx, pool, store, r.loanBooks(), nil, func(projections.Progress) {})
		})
	}}
	rotateKey = &kind{"rotate_key", 0, 0, func(r *round, f fault) (bool, error) {
		return r.serving(func(ctx context.Context, pool *pgxpool.Pool, store *pgstore.Store) error {
			_, err := pgstore.NewNotary(store, r.vaultOn(pool), func(eventstore.Book, error) {}).Rotate(ctx, r.books[f.nr%len(r.books)].Book)
			return err
		})
	}}
)

// usualCommits undoes what slowCommits does.
var usualCommits = []string{`ALTER SYSTEM RESET commit_delay`, `ALTER SYSTEM RESET commit_siblings`}

// bookLocks is the first half of the advisory lock keys of books.
const bookLocks int32 = 0x6c6f616e

// faultWithin bounds a fault that asks the database for something.
const faultWithin = 15 * time.Second

// asking does something in a session of its own. That it fails is no wonder: other faults go on.
func (r *round) asking(do func(context.Context, *pgx.Conn) error) (happened bool, err error) {
	ctx, cancel := context.WithTimeout(r.ctx, faultWithin)
	defer cancel()
	conn, err := pgx.Connect(ctx, r.database.url())
	if err != nil {
		return false, nil
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return do(ctx, conn) == nil, nil
}

func (r *round) executing(sql string, args ...any) (happened bool, err error) {
	return r.asking(func(ctx context.Context, conn *pgx.Conn) error {
		tag, err := conn.Exec(ctx, sql, args...)
		if err == nil && tag.Select() && tag.RowsAffected() == 0 {
			return pgx.ErrNoRows
		}
		return err
	})
}

// configure changes settings of the whole server.
func (r *round) configure(statements ...string) (happened bool, err error) {
	return r.asking(func(ctx context.Context, conn *pgx.Conn) error {
		for _, s := range append(statements, `SELECT pg_reload_conf()`) {
			if _, err := conn.Exec(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// serving does something as another process of the service would.
func (r *round) serving(do func(context.Context, *pgxpool.Pool, *pgstore.Store) error) (happened bool, err error) {
	ctx, cancel := context.WithTimeout(r.ctx, faultWithin)
	defer cancel()
	pool, err := pgxpool.New(ctx, r.database.url())
	if err != nil {
		return false, nil
	}
	defer pool.Close()
	store := pgstore.New(pool, time.Now)
	defer store.Close()
	return do(ctx, pool, store) == nil, nil
}
