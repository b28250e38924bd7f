package bench

import (
	"context"
	"fmt"

	"loanledger/domain/book"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// portfolio is a book of active loans.
type portfolio struct {
	book      eventstore.Book
	lender    string // its code
	loans     []uuid.UUID
	projected bool // the tables are filled
}

// The size of a portfolio: as many loans as take a bearable time to rebuild.
const (
	loansASecond = 2000
	fewestLoans  = 512
	mostLoans    = 10_000
	loansAtOnce  = 100 // of a cohort
	appendsAhead = 32
)

func (r *rig) loans() int {
	return max(fewestLoans, min(mostLoans, int(r.options.Seconds*loansASecond)))
}

// commandLoans is a portfolio that commands are given to. Its loans are a few days old, and their states are
// remembered, as those of loans that are in use. Every contest has its own: thousands of payments on a loan,
// which is what all of them together would make, are none of the things that happen.
func (r *rig) commandLoans(ctx context.Context) (*portfolio, error) {
	p, err := r.seed(ctx, 1)
	if err != nil {
		return nil, err
	}
	if err := r.closeDays(ctx, p, firstDay.AddDays(repayEvery-1)); err != nil {
		return nil, err
	}
	group, inGroup := errgroup.WithContext(ctx)
	group.SetLimit(poolConnections / 2)
	for _, id := range p.loans {
		group.Go(func() error {
			_, _, err := r.desk.Loan(inGroup, id)
			return err
		})
	}
	return p, group.Wait()
}

// grownLoans is the portfolio that is read and rebuilt: loans of many ages, none of which is due yet.
func (r *rig) grownLoans(ctx context.Context) (*portfolio, error) {
	if r.portfolio == nil {
		p, err := r.seed(ctx, shortestTerm-1)
		if err != nil {
			return nil, err
		}
		r.portfolio = p
	}
	return r.portfolio, nil
}

// seed fills a new book with loans that were paid out over some days, through the log.
func (r *rig) seed(ctx context.Context, days int) (*portfolio, error) {
	p, err := r.openPortfolio(ctx)
	if err != nil {
		return nil, err
	}
	loans := r.loans()
	var cohorts []*cohort
	for day := range days {
		on := firstDay.AddDays(day)
		group, inGroup := errgroup.WithContext(ctx)
		group.SetLimit(appendsAhead)
		for _, c := range cohorts {
			if on.Sub(c.born)%repayEvery == 0 {
				group.Go(func() error { return r.repayCohort(inGroup, c, on) })
			}
		}
		until := loans * (day + 1) / days
		for first := len(p.loans); first < until; first += loansAtOnce {
			c, err := newCohort(r.options, ident.Book(p.book), on, first, min(loansAtOnce, until-first))
			if err != nil {
				return nil, err
			}
			cohorts, p.loans = append(cohorts, c), append(p.loans, c.loans...)
			group.Go(func() error { return r.appendCohort(inGroup, c, c.lives()) })
		}
		if err := group.Wait(); err != nil {
			return nil, err
		}
		if err := r.closeDays(ctx, p, on); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// lives is the events of the loans and borrowers of a cohort so far.
func (c *cohort) lives() []ledger.Logged {
	var logged []ledger.Logged
	for _, l := range c.memory.Log() {
		if l.Stream != book.StreamOf(c.book) {
			logged = append(logged, l)
		}
	}
	return logged
}

func (r *rig) repayCohort(ctx context.Context, c *cohort, on date.Date) error {
	if err := c.goTo(on); err != nil {
		return err
	}
	var repaid []ledger.Logged
	for _, id := range c.loans {
		logged, err := c.repay(id)
		if err != nil {
			return err
		}
		repaid = append(repaid, logged...)
	}
	return r.appendCohort(ctx, c, repaid)
}

func (r *rig) appendCohort(ctx context.Context, c *cohort, logged []ledger.Logged) error {
	a, err := c.appendOf(logged)
	if err != nil {
		return err
	}
	_, err = r.store.Append(ctx, eventstore.Book(c.book), a)
	return err
}

// openPortfolio opens a book for a lender of its own, with the product on offer.
func (r *rig) openPortfolio(ctx context.Context) (*portfolio, error) {
	r.lastBook++
	lender := r.options.Lender
	lender.Code = fmt.Sprintf("bench-%d", r.lastBook)
	p := &portfolio{book: r.lastBook, lender: lender.Code}
	if err := r.desk.Open(ctx, ident.Book(p.book), lender, firstDay); err != nil {
		return nil, err
	}
	if err := r.store.RegisterBook(ctx, p.book, lender.Code); err != nil {
		return nil, err
	}
	entry, err := ledger.Lookup("book.publish_product")
	if err != nil {
		return nil, err
	}
	_, err = r.desk.Do(ctx, ledger.Request{
		Command: ledger.Command{Entry: entry, Body: &ledger.PublishProduct{Product: r.options.Product}},
		Book:    ident.Book(p.book), Key: "publish", Actor: actor,
	})
	return p, err
}

// closeDays closes days of a portfolio on which nothing falls due.
func (r *rig) closeDays(ctx context.Context, p *portfolio, on date.Date) error {
	nothing := func(context.Context, ident.Book, date.Date, eventstore.Position) ([]uuid.UUID, error) {
		return nil, nil
	}
	return r.desk.CloseDay(ctx, p.lender, on, nothing, func(date.Date, int) {})
}

// project fills the tables of a portfolio: a rebuild from nothing, up to where a runner would be.
func (r *rig) project(ctx context.Context, p *portfolio) error {
	if p.projected {
		return nil
	}
	head, err := r.store.Head(ctx, p.book)
	if err != nil {
		return err
	}
	cursor, err := r.store.OpenCursor(ctx, projections.CursorName, p.book)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error { return cursor.Save(ctx, tx, head.Position) })
	cursor.Close()
	if err != nil {
		return err
	}
	p.projected = true
	return r.rebuild(ctx, p)
}

func (r *rig) rebuild(ctx context.Context, p *portfolio) error {
	return projections.Rebuild(ctx, r.pool, r.store, []eventstore.Book{p.book}, nil, func(projections.Progress) {})
}
