package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// committing finds the sessions that append.
const committing = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
	AND (query LIKE '%ledger.batches%' OR query LIKE '%pg_advisory_xact_lock%') ORDER BY hashint8(pid + $1), pid LIMIT $2`

// Faults in the database.
var (
	killSession = &kind{"kill_session", 0, 0, func(r *round, f fault) error {
		r.crashing.Lock() // Postgres starts all sessions anew when one crashes
		defer r.crashing.Unlock()
		if !r.working() {
			return errTooLate
		}
		return r.asking(func(ctx context.Context, conn *pgx.Conn) error {
			var pid int
			if err := conn.QueryRow(ctx, committing, int32(f.nr), 1).Scan(&pid); err != nil {
				return err
			}
			return syscall.Kill(pid, syscall.SIGKILL)
		})
	}}
	endSessions = &kind{"end_sessions", 0, 0, func(r *round, f fault) error {
		return r.executing(`SELECT pg_terminate_backend(pid) FROM (`+committing+`) AS found`, int32(f.nr), 1+f.nr%3)
	}}
	cancelStatements = &kind{"cancel_statements", 0, 0, func(r *round, f fault) error {
		return r.executing(`SELECT pg_cancel_backend(pid) FROM (`+committing+`) AS found`, int32(f.nr), 1+f.nr%3)
	}}
	slowCommits = &kind{"slow_commits", 300 * time.Millisecond, 2 * time.Second, func(r *round, f fault) error {
		err := r.configure(fmt.Sprintf(`ALTER SYSTEM SET commit_delay = %d`, 500+f.seed%20_000), `ALTER SYSTEM SET commit_siblings = 0`)
		if err == nil {
			pause(r.ctx, f.while)
			err = r.configure(usualCommits...) // settling does it too
		}
		return err
	}}
	longSnapshot = &kind{"long_snapshot", time.Second, 4 * time.Second, func(r *round, f fault) error {
		return r.asking(func(ctx context.Context, conn *pgx.Conn) error {
			return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead}, func(tx pgx.Tx) error {
				if _, err := tx.Exec(ctx, `SELECT count(*) FROM ledger.batches`); err != nil {
					return err
				}
				pause(r.ctx, f.while)
				return nil
			})
		})
	}}
	holdBook = &kind{"hold_book", 200 * time.Millisecond, 2 * time.Second, func(r *round, f fault) error {
		return r.asking(func(ctx context.Context, conn *pgx.Conn) error {
			return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
				// The lock that a batch of the book takes first.
				_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, $2)`, bookLocks, int32(r.books[f.nr%len(r.books)].Book))
				if err == nil {
					pause(r.ctx, f.while)
				}
				return err
			})
		})
	}}
	lookAfterTables = &kind{"look_after_tables", 0, 0, func(r *round, _ fault) error {
		return r.executing(`VACUUM (ANALYZE)`)
	}}
	rebuildTables = &kind{"rebuild_tables", 0, 0, func(r *round, _ fault) error {
		return r.serving(func(ctx context.Context, pool *pgxpool.Pool, store *pgstore.Store) error {
			return projections.Rebuild(ctx, pool, store, r.loanBooks(), nil, func(projections.Progress) {})
		})
	}}
	archiveLeaf = &kind{"archive_leaf", 0, 0, func(r *round, f fault) error {
		return r.serving(func(ctx context.Context, pool *pgxpool.Pool, store *pgstore.Store) error {
			return r.archiveOne(ctx, pgstore.NewNotary(store, r.vaultOn(pool), func(eventstore.Book, error) {}), store, f.nr)
		})
	}}
	rotateKey = &kind{"rotate_key", 0, 0, func(r *round, f fault) error {
		return r.serving(func(ctx context.Context, pool *pgxpool.Pool, store *pgstore.Store) error {
			_, err := pgstore.NewNotary(store, r.vaultOn(pool), func(eventstore.Book, error) {}).Rotate(ctx, r.books[f.nr%len(r.books)].Book)
			return err
		})
	}}
)

// usualCommits undoes what slowCommits does.
var usualCommits = []string{`ALTER SYSTEM RESET commit_delay`, `ALTER SYSTEM RESET commit_siblings`}

// archiveOne archives the first leaf that can be, of one book after the other. No stream has ended, so
// that all data stays; but the leaf is written to a file, checked, and another table takes its place.
func (r *round) archiveOne(ctx context.Context, notary *pgstore.Notary, store *pgstore.Store, from int) error {
	dir := r.path(fmt.Sprintf("archive-%d", r.nr))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	nobody := func(context.Context, []uuid.UUID) ([]uuid.UUID, error) { return nil, nil }
	for i := range r.books {
		b := r.books[(from+i)%len(r.books)].Book
		leaves, err := store.Leaves(ctx, b)
		if err != nil {
			return err
		}
		full := slices.IndexFunc(leaves, func(l pgstore.Leaf) bool { return l.Archive == "" && !l.FullAt.IsZero() })
		if full < 0 {
			continue
		}
		if _, err := notary.Latest(ctx, b); err != nil { // what is not signed is still followed
			return err
		}
		_, err = store.ArchiveLeaf(ctx, b, leaves[full].First, dir, nobody)
		for ; errors.Is(err, pgstore.ErrFollowed) && r.working(); _, err = store.ArchiveLeaf(ctx, b, leaves[full].First, dir, nobody) {
			time.Sleep(100 * time.Millisecond)
		}
		return err
	}
	return errNoLeaf
}

// errNoLeaf: no leaf of the book can be archived.
var errNoLeaf = errors.New("no leaf is full")

// bookLocks is the first half of the advisory lock keys of books.
const bookLocks int32 = 0x6c6f616e

// faultWithin bounds a fault that asks the database for something.
const faultWithin = 15 * time.Second

// asking does something in a session of its own, once there can be one. That it fails is no wonder:
// other faults go on.
func (r *round) asking(do func(context.Context, *pgx.Conn) error) error {
	ctx, cancel := context.WithTimeout(r.ctx, faultWithin)
	defer cancel()
	conn, err := pgx.Connect(ctx, r.database.url())
	for ; err != nil && r.working(); conn, err = pgx.Connect(ctx, r.database.url()) {
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil {
		return mishap{err}
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return mishapOf(do(ctx, conn))
}

// mishapOf is a mishap where something failed, unless it could never have been right.
func mishapOf(err error) error {
	refusal := (*pgconn.PgError)(nil)
	if err == nil || errors.As(err, &refusal) && strings.HasPrefix(refusal.Code, "42") {
		return err
	}
	return mishap{err}
}

func (r *round) executing(sql string, args ...any) error {
	return r.asking(func(ctx context.Context, conn *pgx.Conn) error {
		tag, err := conn.Exec(ctx, sql, args...)
		if err == nil && tag.Select() && tag.RowsAffected() == 0 {
			return pgx.ErrNoRows
		}
		return err
	})
}

// configure changes settings of the whole server.
func (r *round) configure(statements ...string) error {
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
func (r *round) serving(do func(context.Context, *pgxpool.Pool, *pgstore.Store) error) error {
	ctx, cancel := context.WithTimeout(r.ctx, faultWithin)
	defer cancel()
	if err := r.asking(func(context.Context, *pgx.Conn) error { return nil }); err != nil {
		return err
	}
	pool, err := pgxpool.New(ctx, r.database.url())
	if err != nil {
		return mishap{err}
	}
	defer pool.Close()
	store := pgstore.New(pool, time.Now)
	defer store.Close()
	return mishapOf(do(ctx, pool, store))
}
