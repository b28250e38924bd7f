package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"

	"loanledger/adapters/desk"
	"loanledger/adapters/vault"
	"loanledger/domain/book"
	"loanledger/domain/ident"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/jackc/pgx/v5/pgxpool"
)

// app is what every part of the service stands on: the database, the log, the keys, the desk.
type app struct {
	log     *slog.Logger
	clock   eventstore.Clock
	url     string // of the database
	pool    *pgxpool.Pool
	store   *pgstore.Store
	vault   *vault.Vault
	desk    *desk.Desk
	lenders []book.Lender
}

// poolConnections is the connections of the pool at most; the log has a few of its own beside.
const poolConnections = 24

// toolName is what the connections of a command that serves nothing are named.
const toolName = "loanledger"

// servingName is what the connections of a process that serves are named: it tells the processes from
// one another, see pgstore.ServingPrefix.
func servingName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s%.24s:%d:%04x", pgstore.ServingPrefix, host, os.Getpid(), rand.Uint32()&0xffff) // up to 63 bytes count
}

// openApp connects to a database that has its tables, under a name, and knows the books that are open.
func openApp(ctx context.Context, url, name string, master vault.Master, clock eventstore.Clock, log *slog.Logger, options ...pgstore.Option) (*app, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database URL cannot be read") // the parser's error could show the password
	}
	config.MaxConns = max(config.MaxConns, poolConnections)
	config.ConnConfig.RuntimeParams["application_name"] = name
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	a := &app{log: log, clock: clock, url: url, pool: pool, store: pgstore.New(pool, clock, options...), vault: vault.New(pool, master)}
	a.desk = desk.New(a.store, a.vault, desk.NewLenders(), clock)
	if _, err := a.lookForBooks(ctx); err != nil {
		a.close()
		return nil, hinted{err, "see whether the database is up and migrated: loanledger doctor"}
	}
	return a, nil
}

func (a *app) close() {
	a.store.Close()
	a.pool.Close()
}

// books is every open book.
func (a *app) books() []ident.Book { return a.desk.Lenders().Books("") }
