package chaos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"loanledger/adapters/bus"
	"loanledger/adapters/localnats"
	"loanledger/domain/ident"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
)

// keep does what the service does behind the commands: it publishes the books and their checkpoints,
// keeps the tables, builds the trees and signs them.
func (m *member) keep(ctx context.Context) error {
	conn, err := nats.Connect(m.Broker, nats.Name(m.Name), nats.MaxReconnects(-1), nats.ReconnectWait(250*time.Millisecond),
		nats.RetryOnFailedConnect(true), nats.Timeout(5*time.Second))
	if err != nil {
		return fmt.Errorf("connect to NATS: %w", err)
	}
	defer conn.Close()
	// Warnings are kept for whoever looks into a violation.
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	var running sync.WaitGroup
	defer running.Wait()
	runner := projections.NewRunner(m.pool, m.store, func(eventstore.Book, error) {})
	notary := pgstore.NewNotary(m.store, m.vault, func(b eventstore.Book, err error) { logger.Warn("tree", "book", b, "error", err) })
	for _, b := range m.Books {
		running.Go(func() {
			if err := notary.Run(ctx, b.Book); err != nil {
				logger.Error("the notary stopped", "book", b.Book, "error", err)
			}
		})
		if b.Loans {
			running.Go(func() {
				if err := runner.Run(ctx, b.Book); err != nil && ctx.Err() == nil {
					logger.Error("the tables stopped", "book", b.Book, "error", err)
				}
			})
		}
	}
	publisher := bus.NewPublisher(m.log, conn, m.desk.Lenders(), m.lock, prometheus.NewRegistry(), logger)
	running.Go(func() { _ = publisher.Run(ctx) })
	herald := bus.Herald{From: m.store, Conn: conn, Directory: m.desk.Lenders(), Lock: m.lock, Logger: logger}
	running.Go(func() { _ = herald.Run(ctx) })
	<-ctx.Done()
	return nil
}

// hold is a cursor as the publisher wants to hold it.
type hold struct {
	*pgstore.Cursor
	m *member
}

// Save notes how far the book has been published.
func (h hold) Save(ctx context.Context, position eventstore.Position) error {
	return pgx.BeginFunc(ctx, h.m.pool, func(tx pgx.Tx) error { return h.Cursor.Save(ctx, tx, position) })
}

// lock lets one process publish a book, and with it the other books of its lender.
func (m *member) lock(ctx context.Context, name string, b eventstore.Book) (bus.Hold, error) {
	first := b
	lender, _ := m.desk.Lenders().OfBook(ident.Book(b))
	if books := m.desk.Lenders().Books(lender); len(books) > 0 {
		first = eventstore.Book(books[0])
	}
	cursor, err := m.store.OpenCursorBeside(ctx, name, first, b)
	if err != nil {
		return nil, err
	}
	return hold{cursor, m}, nil
}

// broke is the NATS server until the input ends.
func (m *member) broke(ctx context.Context) error {
	server, err := localnats.Start(localnats.Options{Dir: m.Dir})
	if err != nil {
		return err
	}
	m.say(line{Ready: true, URL: server.URL()})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		var none struct{}
		for m.hear(&none) == nil {
			continue
		}
		cancel()
	}()
	<-ctx.Done()
	if err := server.Stop(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
