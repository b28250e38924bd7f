package main

import (
	"context"
	"fmt"
	"time"

	"loanledger/domain/book"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// closeDay ends the business dates of a lender up to and with a date.
func (s *service) closeDay(ctx context.Context, lender string, on date.Date, progress func(date.Date, int)) error {
	return s.desk.CloseDay(ctx, lender, on, s.candidates, progress)
}

// candidates is the loans that the end of a date may change, once the tables know the log up to a
// position.
func (s *service) candidates(ctx context.Context, b ident.Book, on date.Date, upTo eventstore.Position) ([]uuid.UUID, error) {
	if err := s.runner.WaitFor(ctx, eventstore.Book(b), upTo); err != nil {
		return nil, err
	}
	return projections.CloseCandidates(ctx, s.pool, b, on)
}

// lookAtCalendarEvery is how often the calendar is looked at for a business date that has ended.
const lookAtCalendarEvery = time.Second

// keepDays closes the business dates that have ended by the calendar of each lender, in the books
// whose tables this process keeps: so each book is seen to by one of the processes, and by another
// one when that is gone. Should two do it at once, a date is closed once.
func (s *service) keepDays(ctx context.Context) error {
	select {
	case <-s.ready:
	case <-ctx.Done():
		return nil
	}
	tick := time.NewTicker(lookAtCalendarEvery)
	defer tick.Stop()
	for {
		err := s.closePastDaysOf(ctx, func(b ident.Book) bool { return s.runner.Health(eventstore.Book(b)).Follows })
		if err != nil && ctx.Err() == nil {
			s.log.Error("closing the day failed; it is tried again", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// closePastDays closes every date that has ended, in all books.
func (s *service) closePastDays(ctx context.Context) error {
	return s.closePastDaysOf(ctx, func(ident.Book) bool { return true })
}

// booksAtOnce is how many books are closed at a time.
const booksAtOnce = 4

// closePastDaysOf closes every date that has ended in some of the books.
func (s *service) closePastDaysOf(ctx context.Context, mine func(ident.Book) bool) error {
	var group errgroup.Group
	group.SetLimit(booksAtOnce)
	for _, l := range s.lenders {
		today := date.Of(s.clock(), l.Zone())
		for _, b := range s.desk.Lenders().Books(l.Code) {
			if mine(b) {
				group.Go(func() error { return s.closeBefore(ctx, l, b, today) })
			}
		}
	}
	return group.Wait()
}

// closeBefore closes the open dates of a book before a date.
func (s *service) closeBefore(ctx context.Context, l book.Lender, b ident.Book, today date.Date) error {
	at, err := s.desk.BookNumbered(ctx, b)
	if err != nil || !at.Business.Before(today) {
		return err
	}
	err = s.desk.CloseDayIn(ctx, b, today.AddDays(-1), s.candidates, func(closed date.Date, loans int) {
		s.log.Info("business date closed", "lender", l.Code, "book", b, "date", closed, "loans", loans)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", l.Code, err)
	}
	return nil
}
