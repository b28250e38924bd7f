package main

import (
	"context"

	"loanledger/adapters/bus"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// publisherHold is the event store's cursor as the publisher wants to hold it.
type publisherHold struct {
	*pgstore.Cursor
	pool *pgxpool.Pool
}

// Save notes how far the book has been published.
func (h publisherHold) Save(ctx context.Context, position eventstore.Position) error {
	return pgx.BeginFunc(ctx, h.pool, func(tx pgx.Tx) error { return h.Cursor.Save(ctx, tx, position) })
}

// publisherLock lets one process at a time publish a book, and with it the other books of its lender:
// their events go on the stream by turns.
func publisherLock(a *app) bus.Lock {
	return func(ctx context.Context, name string, book eventstore.Book) (bus.Hold, error) {
		first := book
		if lender, known := a.desk.Lenders().OfBook(ident.Book(book)); known {
			if books := a.desk.Lenders().Books(lender); len(books) > 0 {
				first = eventstore.Book(books[0])
			}
		}
		cursor, err := a.store.OpenCursorBeside(ctx, name, first, book)
		if err != nil {
			return nil, err
		}
		return publisherHold{cursor, a.pool}, nil
	}
}

// serveCommands answers commands over NATS until the context ends, and then finishes those under way.
func (s *service) serveCommands(ctx context.Context) error {
	commands, err := bus.Serve(s.nats, s.desk, s.desk.Lenders(), bus.Everyone(ledger.Service), s.metrics, s.log)
	if err != nil {
		return err
	}
	<-ctx.Done()
	return commands.Stop()
}
