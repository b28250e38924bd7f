package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"loanledger/domain/book"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

// openLenders opens a first book for every lender that has none, that many days before today.
func (a *app) openLenders(ctx context.Context, lenders []book.Lender, daysAgo int) error {
	a.lenders = lenders
	for _, l := range lenders {
		on := date.Of(a.clock(), l.Zone()).AddDays(-daysAgo)
		books, err := a.registerBooks(ctx, l.Code, 1, on)
		if err == nil {
			err = a.desk.Open(ctx, books[0], l, on)
		}
		if err != nil {
			return fmt.Errorf("open a book for %s: %w", l.Code, err)
		}
	}
	for _, b := range a.books() {
		if err := a.vault.Check(ctx, eventstore.Book(b)); err != nil {
			return fmt.Errorf("the key file does not open the personal data of book %d: %w", b, err)
		}
	}
	return nil
}

// registerBooks sees to it that a lender has so many books, and answers all that it has. New ones
// stand on a first business date and are not open yet.
func (a *app) registerBooks(ctx context.Context, lender string, total int, on date.Date) ([]ident.Book, error) {
	for {
		books, err := a.store.Books(ctx)
		if err != nil {
			return nil, err
		}
		var have []ident.Book
		next := eventstore.Book(1)
		for _, b := range books {
			if b.Lender == lender {
				have = append(have, ident.Book(b.Book))
			}
			if b.Lender != "" {
				next = max(next, b.Book+1)
			}
		}
		if len(have) >= total {
			return have, nil
		}
		if next, err = a.unusedFrom(ctx, next, books); err != nil {
			return nil, err
		}
		if err := a.store.OpenBook(ctx, next, on.Days()); err != nil {
			return nil, err
		}
		// If another process gave this one to another lender meanwhile, the next look finds another.
		if err := a.store.RegisterBook(ctx, next, lender); err != nil && !errors.Is(err, pgstore.ErrBookTaken) {
			return nil, err
		}
	}
}

// unusedFrom is the first number from one on that no book has, or a book without events: such a one
// is about to be registered, or its process died before that.
func (a *app) unusedFrom(ctx context.Context, number eventstore.Book, books []pgstore.Book) (eventstore.Book, error) {
	for slices.ContainsFunc(books, func(b pgstore.Book) bool { return b.Book == number }) {
		head, err := a.store.Head(ctx, number)
		if err != nil || head.Position == 0 {
			return number, err
		}
		number++
	}
	return number, nil
}

// lookForBooks brings the directory up to date, and answers the books that are registered and not
// open.
func (a *app) lookForBooks(ctx context.Context) ([]pgstore.Book, error) {
	books, err := a.store.Books(ctx)
	if err != nil {
		return nil, err
	}
	var waiting []pgstore.Book
	known := a.books()
	for _, b := range books {
		number := ident.Book(b.Book)
		if b.Lender == "" || slices.Contains(known, number) {
			continue
		}
		a.desk.Lenders().Register(number, b.Lender)
		open, err := a.desk.IsOpen(ctx, number)
		if err != nil {
			return nil, err
		}
		if !open {
			waiting = append(waiting, b)
		}
	}
	return waiting, nil
}

// openMore has so many books opened for a lender, and returns when this process uses them.
func (s *service) openMore(ctx context.Context, lender string, total int) error {
	on, err := s.desk.BusinessDate(ctx, lender)
	if err != nil {
		return err
	}
	if _, err := s.registerBooks(ctx, lender, total, on); err != nil {
		return err
	}
	tick := time.NewTicker(lookForBooksEvery / 20)
	defer tick.Stop()
	for len(s.desk.Lenders().Books(lender)) < total {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
