package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"loanledger/domain/book"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"
)

// Candidates finds the loans of a book for which the end of a date may bring something about: offers
// that lapse, debts that are due, penalties that start. It knows the log up to a position at least.
type Candidates func(ctx context.Context, b ident.Book, on date.Date, upTo eventstore.Position) ([]uuid.UUID, error)

// closers is how many loans are closed at a time: enough to fill the batches of the log.
const closers = 64

// booksAtOnce is how many books are closed at a time.
const booksAtOnce = 4

// loansAtOnce is how many loans are read together.
const loansAtOnce = 512

// CloseDay ends a business date of a lender, in all its books: in each first for every loan that it
// brings something about for, then for the book. Days before it that are still open are closed first,
// in order. A day that was closed before, or is closed again after a crash in the middle, changes
// nothing. A book that fails does not keep the others from being closed. Progress is told one at a
// time.
//
// Errors: lender_not_found; day_not_open, for a date that has not ended by the lender's calendar
// and is after the open one.
func (d *Desk) CloseDay(ctx context.Context, lender string, on date.Date, find Candidates, progress func(date.Date, int)) error {
	books := d.lenders.Books(lender)
	if lender == "" || len(books) == 0 {
		return book.ErrLenderUnknown
	}
	for _, b := range books {
		if err := d.mayClose(ctx, b, on); err != nil {
			return err
		}
	}
	var mu sync.Mutex
	errs := make([]error, len(books))
	var group errgroup.Group
	group.SetLimit(booksAtOnce)
	for i, b := range books {
		group.Go(func() error {
			errs[i] = d.CloseDayIn(ctx, b, on, find, func(closed date.Date, loans int) {
				mu.Lock()
				defer mu.Unlock()
				progress(closed, loans)
			})
			return nil
		})
	}
	_ = group.Wait() // each book has an error of its own
	return errors.Join(errs...)
}

// CloseDayIn is CloseDay for one book.
func (d *Desk) CloseDayIn(ctx context.Context, b ident.Book, on date.Date, find Candidates, progress func(date.Date, int)) error {
	for {
		if err := d.mayClose(ctx, b, on); err != nil {
			return err
		}
		state, _, err := d.bookState(ctx, b)
		if err != nil || state.Business.After(on) {
			return err
		}
		n, err := d.closeBook(ctx, b, state.Business, find)
		if err != nil {
			return fmt.Errorf("close %s of book %d: %w", state.Business, b, err)
		}
		progress(state.Business, n)
	}
}

// mayClose refuses a date that has not ended by the calendar of the book's lender, and is not open.
func (d *Desk) mayClose(ctx context.Context, b ident.Book, on date.Date) error {
	state, _, err := d.bookState(ctx, b)
	if err != nil {
		return err
	}
	if today := date.Of(d.clock(), state.Lender.Zone()); on.After(date.Later(today, state.Business)) {
		return book.ErrDayNotOpen.With("the calendar says %s", today)
	}
	return nil
}

// closeBook closes the open date of one book.
func (d *Desk) closeBook(ctx context.Context, b ident.Book, on date.Date, find Candidates) (int, error) {
	head, err := d.Log().Head(ctx, eventstore.Book(b))
	if err != nil {
		return 0, err
	}
	loans, err := find(ctx, b, on, head.Position)
	if err != nil {
		return 0, err
	}
	n, err := d.closeLoans(ctx, b, on, loans)
	if err != nil {
		return 0, err
	}
	_, err = d.Do(ctx, closing("book.close_day", b, uuid.Nil, on, &ledger.CloseDay{Date: on, Loans: n}))
	if errors.Is(err, eventstore.ErrKeyReused) {
		err = nil // another process closed the day, and counted loans that this one did not
	}
	return n, err
}

// closeLoans closes the open date for loans, and answers for how many something came about. Their
// streams are read many at a time, before they are needed.
func (d *Desk) closeLoans(ctx context.Context, b ident.Book, on date.Date, loans []uuid.UUID) (int, error) {
	var changed atomic.Int64
	group, inGroup := errgroup.WithContext(ctx)
	group.SetLimit(closers)
	for some := range slices.Chunk(loans, loansAtOnce) {
		if err := eventstore.Preload(ctx, d.executor, projections.Loans, eventstore.Book(b), some); err != nil {
			return 0, errors.Join(err, group.Wait())
		}
		for _, id := range some {
			group.Go(func() error {
				o, err := d.Do(inGroup, closing("loan.close_day", b, id, on, &loan.CloseDay{Date: on}))
				if err == nil && len(o.Answer.(*ledger.LoanAnswer).Events) > 0 {
					changed.Add(1)
				}
				return err
			})
		}
	}
	err := group.Wait()
	return int(changed.Load()), err
}

// closing is a command of the end of a date; the same one however often the closing is tried.
func closing(name string, b ident.Book, target uuid.UUID, on date.Date, body any) ledger.Request {
	entry, err := ledger.Lookup(name)
	if err != nil {
		panic("desk: " + err.Error())
	}
	return ledger.Request{
		Command: ledger.Command{Entry: entry, Target: target, Body: body},
		Book:    b, Key: "close-day " + on.String(), Actor: "system:close-day",
	}
}
