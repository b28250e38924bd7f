package main

import (
	"context"
	"sync"
	"time"

	"loanledger/domain/ident"
	"loanledger/eventstore"
)

const (
	// lookForBooksEvery is how often books are looked for that another process registered or opened.
	lookForBooksEvery = time.Second
	// settledAfter is how long a book is registered before it is opened: every process lets the
	// identifiers of the book through before the first borrower gets one.
	settledAfter = 3 * lookForBooksEvery
	// spreadEvery is how often products are looked for that did not reach all books of their lender.
	spreadEvery = 30 * time.Second
)

// runBooks runs what runs for each book, also for books that are opened later, and opens those that
// were registered. Every process does, and each book is opened once.
func (s *service) runBooks(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	started := map[eventstore.Book]bool{}
	registered := map[ident.Book]time.Time{} // since when this process knows
	spread := time.Now()
	tick := time.NewTicker(lookForBooksEvery)
	defer tick.Stop()
	for {
		for _, b := range s.eventBooks() {
			if !started[b] {
				started[b] = true
				running.Go(func() { s.runBook(ctx, b) })
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		err := s.openRegistered(ctx, registered)
		if err == nil && time.Since(spread) >= spreadEvery {
			spread = time.Now()
			err = s.spreadProducts(ctx)
		}
		if err != nil && ctx.Err() == nil {
			s.log.Warn("looking after the books failed; it is tried again", "error", err)
		}
	}
}

// runBook is all that runs for one book, as long as the context lasts. What of it this process does,
// and what another one, is a matter of who holds which cursor.
func (s *service) runBook(ctx context.Context, b eventstore.Book) {
	if err := s.vault.Check(ctx, b); err != nil && ctx.Err() == nil {
		s.log.Error("the key file does not open the personal data of a book", "book", b, "error", err)
	}
	var signing sync.WaitGroup
	signing.Go(func() { _ = s.notary.Run(ctx, b) }) // it says itself what is wrong
	defer signing.Wait()
	_ = s.project(ctx, b) // it has said what is wrong
}

// project keeps the tables of a book up with the log. When they cannot go on, the service does:
// commands need the log alone, and readiness says what is wrong.
func (s *service) project(ctx context.Context, b eventstore.Book) error {
	err := s.runner.Run(ctx, b)
	if err != nil && ctx.Err() == nil {
		s.log.Error("the tables stopped; they need an operator", "book", b, "error", err)
	}
	return err
}

// openRegistered opens the books that were registered long enough ago.
func (s *service) openRegistered(ctx context.Context, since map[ident.Book]time.Time) error {
	waiting, err := s.lookForBooks(ctx)
	if err != nil {
		return err
	}
	for _, b := range waiting {
		number := ident.Book(b.Book)
		if since[number].IsZero() {
			since[number] = time.Now()
		}
		if len(s.desk.Lenders().Books(b.Lender)) == 0 || time.Since(since[number]) < settledAfter {
			continue // a first book is opened by the process that registered it
		}
		first, err := s.desk.Book(ctx, b.Lender)
		if err != nil {
			return err
		}
		if err := s.desk.Open(ctx, number, first.Lender, first.Business); err != nil {
			return err
		}
		s.log.Info("book opened", "lender", b.Lender, "book", number)
	}
	return nil
}

func (s *service) spreadProducts(ctx context.Context) error {
	for _, l := range s.lenders {
		if err := s.desk.SpreadProducts(ctx, l.Code); err != nil {
			return err
		}
	}
	return nil
}
