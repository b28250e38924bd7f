package projections

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"loanledger/domain/chart"
	"loanledger/domain/loan"
)

// closeDay writes what the end of a business date brings for all active loans: the income of the day,
// their debts as of the date, and the portfolio.
func (p *projector) closeDay(ctx context.Context, day closing) error {
	p.last = day
	want := make([]wanted, 0, len(p.open))
	for id, o := range p.open {
		if o.active {
			want = append(want, wanted{id, o.version})
		}
	}
	// In order, the rows of a day come one after the other in the index of the journal.
	slices.SortFunc(want, func(a, b wanted) int { return bytes.Compare(a.id[:], b.id[:]) })
	err := p.loans.each(ctx, want, func(l *loanAt) error {
		p.closeLoan(l, day)
		return p.out.relieve(ctx)
	})
	if err != nil {
		return err
	}
	sums := p.totals
	p.totals = newTotals()
	if p.share != nil {
		sums = p.share.closed(day, sums)
	}
	if sums != nil {
		p.writePortfolio(day, sums)
	}
	return nil
}

// closeLoan brings one active loan to the end of a date.
func (p *projector) closeLoan(l *loanAt, day closing) {
	s := &l.state
	if p.out.wants(journalEntries, portfolioDaily) {
		lines := chart.IncomeOfDay(s.Currency, s.IncomeOfDay(day.on))
		p.totals.flowsIn(s.Currency).posted(lines)
		if r := p.out.rows[journalEntries]; r != nil {
			journalRows(r, accrualOf(p.book, l, day), lines)
		}
	}
	late := s.DaysPastDue(day.on)
	var owed loan.Balances
	if p.out.wants(portfolioDaily, debtBalances) {
		owed = s.BalancesOn(day.on)
		p.totals.heldIn(s.Currency).hold(owed, late)
	}
	if p.bulk {
		return
	}
	if c, is := p.changed[s.ID]; is {
		p.write(l, c.known)
		delete(p.changed, s.ID)
		return
	}
	// The passing of a day alone changes the debt, and the schedule once something in it is late.
	if p.out.wants(debtBalances) {
		p.out.forward.day = day
		p.out.forward.add(s.ID, s.Currency, owed, late)
	}
	if r := p.out.rows[instalments]; r != nil && late > 0 {
		r.replaced = append(r.replaced, s.ID)
		instalmentRows(r, p.book, l, day)
	}
}

// writePortfolio writes a row for the lender's currency, and for any other in which something was
// held or happened.
func (p *projector) writePortfolio(day closing, sums *totals) {
	r := p.out.rows[portfolioDaily]
	if r == nil {
		return
	}
	if p.currency != 0 {
		sums.flowsIn(p.currency)
	}
	for c := range sums.held {
		sums.flowsIn(c)
	}
	for _, c := range slices.Sorted(maps.Keys(sums.flows)) {
		portfolioRow(r, p.book, day, c, sums.heldIn(c), sums.flows[c])
	}
}

// writeOpen writes the loans that bulk has left out: those that are open, and are not among the
// superseded ones.
func (p *projector) writeOpen(ctx context.Context) error {
	want := make([]wanted, 0, len(p.open))
	for id, o := range p.open {
		if _, again := p.superseded[id]; !again {
			want = append(want, wanted{id, o.version})
		}
	}
	return p.loans.each(ctx, want, func(l *loanAt) error {
		p.write(l, false)
		return p.out.relieve(ctx)
	})
}

// goLive ends the bulk: from here on the rows of a loan are written whenever it changes, beginning
// with the superseded ones, whose first rows are out of date.
func (p *projector) goLive(ctx context.Context) error {
	p.bulk = false
	want := make([]wanted, 0, len(p.superseded))
	for id, version := range p.superseded {
		want = append(want, wanted{id, version})
	}
	clear(p.superseded)
	return p.loans.each(ctx, want, func(l *loanAt) error {
		p.changed[l.state.ID] = change{l, true}
		return nil
	})
}
