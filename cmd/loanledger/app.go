package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

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

// openApp connects to a database that has its tables, and knows the books that are open.
func openApp(ctx context.Context, url string, master vault.Master, clock eventstore.Clock, log *slog.Logger) (*app, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, errors.New("the database URL cannot be read") // the parser's error could show the password
	}
	config.MaxConns = max(config.MaxConns, poolConnections)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	a := &app{log: log, clock: clock, url: url, pool: pool, store: pgstore.New(pool, clock), vault: vault.New(pool, master)}
	directory := desk.NewLenders()
	a.desk = desk.New(a.store, a.vault, directory, clock)
	if err := knowBooks(ctx, a.store, directory); err != nil {
		a.close()
		return nil, hinted{err, "see whether the database is up and migrated: loanledger doctor"}
	}
	return a, nil
}

func (a *app) close() {
	a.store.Close()
	a.pool.Close()
}

// openLenders opens a book for every lender that has none, that many days before today.
func (a *app) openLenders(ctx context.Context, lenders []book.Lender, daysAgo int) error {
	a.lenders = lenders
	if err := openBooks(ctx, a.store, a.desk, lenders, a.clock(), daysAgo); err != nil {
		return err
	}
	for _, b := range a.desk.Lenders().Books("") {
		if err := a.vault.Check(ctx, eventstore.Book(b)); err != nil {
			return fmt.Errorf("the key file does not open the personal data of book %d: %w", b, err)
		}
	}
	return nil
}

// books is every open book.
func (a *app) books() []ident.Book { return a.desk.Lenders().Books("") }
