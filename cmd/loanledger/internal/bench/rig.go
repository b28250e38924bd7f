package bench

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"loanledger/adapters/desk"
	"loanledger/adapters/localnats"
	"loanledger/adapters/localpg"
	"loanledger/adapters/schema"
	"loanledger/adapters/vault"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// rig is the servers and the parts of the ledger that are measured.
type rig struct {
	options Options
	dir     string // for everything that is written beside the database
	url     string // of the database
	pool    *pgxpool.Pool
	store   *pgstore.Store
	vault   *vault.Vault
	desk    *desk.Desk
	logger  *slog.Logger
	sample  sample

	lastBook  eventstore.Book
	nats      *localnats.Server
	portfolio *portfolio // that is read and rebuilt
	undo      []func(context.Context) error
}

// poolConnections is as many as the service has.
const poolConnections = 24

// openRig makes the database and what works on it. NATS is started by those who need it.
func openRig(ctx context.Context, o Options) (*rig, error) {
	r := &rig{
		options: o,
		// What is logged is formatted, as in the service, and then dropped.
		logger: slog.New(slog.NewJSONHandler(io.Discard, nil)),
	}
	if err := r.open(ctx); err != nil {
		return nil, errors.Join(err, r.close(context.WithoutCancel(ctx)))
	}
	return r, nil
}

func (r *rig) open(ctx context.Context) (err error) {
	if r.dir, err = os.MkdirTemp("", "loanledger-bench-"); err != nil {
		return err
	}
	r.later(func(context.Context) error { return os.RemoveAll(r.dir) })
	if r.options.DatabaseURL == "" {
		err = r.startPostgres(ctx)
	} else {
		err = r.borrowPostgres(ctx, r.options.DatabaseURL)
	}
	if err != nil {
		return err
	}
	if err = schema.Migrate(ctx, r.url, r.options.Tables...); err != nil {
		return err
	}
	if r.pool, err = openPool(ctx, r.url); err != nil {
		return err
	}
	r.later(func(context.Context) error { r.pool.Close(); return nil })
	r.store = pgstore.New(r.pool, time.Now)
	r.later(func(context.Context) error { r.store.Close(); return nil })
	master, err := newMaster()
	if err != nil {
		return err
	}
	r.vault = vault.New(r.pool, master)
	r.desk = desk.New(r.store, r.vault, desk.NewLenders(), time.Now)
	if r.sample, err = newSample(r.options); err != nil {
		return err
	}
	_, err = r.pool.Exec(ctx, `CREATE SCHEMA bench`)
	return err
}

// later has something undone at the end, what was done last first.
func (r *rig) later(undo func(context.Context) error) { r.undo = append(r.undo, undo) }

func (r *rig) close(ctx context.Context) error {
	var errs []error
	for ; len(r.undo) > 0; r.undo = r.undo[:len(r.undo)-1] {
		errs = append(errs, r.undo[len(r.undo)-1](ctx))
	}
	return errors.Join(errs...)
}

const databaseName = "loanledger_bench"

func (r *rig) startPostgres(ctx context.Context) error {
	server, err := localpg.Start(ctx, localpg.Options{Dir: filepath.Join(r.dir, "postgres")})
	if err != nil {
		return err
	}
	r.later(server.Stop)
	r.url = server.URL(databaseName)
	if err := server.EnsureDatabase(ctx, databaseName); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, r.url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := runIn(ctx, conn); err != nil || r.options.SlowCommit == 0 {
		return err
	}
	for setting, value := range map[string]int64{"commit_delay": r.options.SlowCommit.Microseconds(), "commit_siblings": 0} {
		if _, err := conn.Exec(ctx, fmt.Sprintf(`ALTER DATABASE %s SET %s = %d`, databaseName, setting, value)); err != nil {
			return err
		}
	}
	return nil
}

// runIn brings a new server to where one is that has been in service: the files of its write-ahead log
// are there, and are written over rather than made, which takes the disk twice the time.
func runIn(ctx context.Context, conn *pgx.Conn) error {
	for _, statement := range []string{
		`SELECT pg_logical_emit_message(false, 'bench', repeat('x', 8 << 20)) FROM generate_series(1, 96)`,
		`CHECKPOINT`,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// borrowPostgres makes a database of a new name on a server of somebody else's.
func (r *rig) borrowPostgres(ctx context.Context, url string) error {
	name := databaseName + "_" + fmt.Sprintf("%x", time.Now().UnixNano())
	scratch, err := withDatabase(url, name)
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+name); err != nil {
		return err
	}
	r.url = scratch
	r.later(func(ctx context.Context) error {
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return fmt.Errorf("the database %s is left behind: %w", name, err)
		}
		defer conn.Close(ctx)
		_, err = conn.Exec(ctx, `DROP DATABASE `+name+` WITH (FORCE)`)
		return err
	})
	return nil
}

func openPool(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database URL cannot be read") // the parser's error could show the password
	}
	config.MaxConns = max(config.MaxConns, poolConnections)
	return pgxpool.NewWithConfig(ctx, config)
}

func newMaster() (vault.Master, error) {
	key := make([]byte, 32)
	rand.Read(key)
	return vault.ParseMaster(base64.StdEncoding.EncodeToString(key))
}

// settle lets nobody pay for what another left to do: dirty pages, and garbage.
func (r *rig) settle(ctx context.Context) error {
	runtime.GC()
	_, err := r.pool.Exec(ctx, `CHECKPOINT`)
	if refused, is := errors.AsType[*pgconn.PgError](err); is && refused.Code == "42501" {
		return nil // not allowed on this server
	}
	return err
}

// newBook opens an empty book.
func (r *rig) newBook(ctx context.Context) (eventstore.Book, error) {
	r.lastBook++
	return r.lastBook, r.store.OpenBook(ctx, r.lastBook, firstEpoch)
}

// firstEpoch is the era of books that no lender has.
const firstEpoch = 1

// startNATS starts the broker once, and answers its address.
func (r *rig) startNATS() (string, error) {
	if r.nats == nil {
		server, err := localnats.Start(localnats.Options{Dir: filepath.Join(r.dir, "nats")})
		if err != nil {
			return "", err
		}
		r.nats = server
		r.later(func(context.Context) error { return server.Stop() })
	}
	return r.nats.URL(), nil
}

// report is the head of the report.
func (r *rig) report() Report {
	version := ""
	if conn, err := r.pool.Acquire(context.Background()); err == nil {
		version = conn.Conn().PgConn().ParameterStatus("server_version")
		conn.Release()
	}
	return Report{
		Results: []Result{}, Cores: runtime.NumCPU(), Postgres: cmp.Or(version, "unknown"),
		Private: r.options.DatabaseURL == "", Seconds: r.options.Seconds, Rounds: r.options.rounds(),
		SlowCommit: r.options.SlowCommit.Seconds() * 1000,
	}
}
