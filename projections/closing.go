package projections

import (
	"context"
	"maps"
	"slices"

	"loanledger/domain/chart"
	"loanledger/domain/money"
)

// loansAtOnce is how many loans a closing looks at together.
const loansAtOnce = 512

// closeDay writes what the end of a business date brings for all active loans: the income of the day,
// their debts as of the date, and the portfolio.
func (p *projector) closeDay(ctx context.Context, day closing) error {
	p.last = day
	held := map[money.Currency]*portfolio{}
	want := make([]wanted, 0, loansAtOnce)
	look := func() error {
		loans, err := p.loans.all(ctx, want)
		if err != nil {
			return err
		}
		for _, l := range loans {
			p.closeLoan(l, day, held)
		}
		want = want[:0]
		return p.out.relieve(ctx)
	}
	for id, o := range p.open {
		if !o.active {
			continue
		}
		if want = append(want, wanted{id, o.version}); len(want) == loansAtOnce {
			if err := look(); err != nil {
				return err
			}
		}
	}
	if err := look(); err != nil {
		return err
	}
	p.writePortfolio(day, held)
	clear(p.flows)
	return nil
}

// closeLoan brings one active loan to the end of a date.
func (p *projector) closeLoan(l *loanAt, day closing, held map[money.Currency]*portfolio) {
	s := &l.state
	if p.out.wants(journalEntries, portfolioDaily) {
		lines := chart.IncomeOfDay(s.Currency, s.IncomeOfDay(day.on))
		p.flowsIn(s.Currency).posted(lines)
		if r := p.out.rows[journalEntries]; r != nil {
			journalRows(r, accrualOf(p.book, l, day), lines)
		}
	}
	late := s.DaysPastDue(day.on)
	if p.out.wants(portfolioDaily) {
		if held[s.Currency] == nil {
			held[s.Currency] = &portfolio{}
		}
		held[s.Currency].add(s.BalancesOn(day.on), late)
	}
	if p.bulk {
		return
	}
	if c, is := p.changed[s.ID]; is {
		p.write(l, c.known)
		delete(p.changed, s.ID)
		return
	}
	p.bringForward(l, late > 0)
}

// bringForward writes what the passing of a day alone changes: the debt, and the schedule once
// something in it is late.
func (p *projector) bringForward(l *loanAt, late bool) {
	if r := p.out.rows[debtBalances]; r != nil {
		r.replaced = append(r.replaced, l.state.ID)
		debtBalanceRow(r, p.book, l, p.last)
	}
	if r := p.out.rows[instalments]; r != nil && late {
		r.replaced = append(r.replaced, l.state.ID)
		instalmentRows(r, p.book, l, p.last)
	}
}

// writePortfolio writes a row for the lender's currency, and for any other in which something was
// held or happened.
func (p *projector) writePortfolio(day closing, held map[money.Currency]*portfolio) {
	r := p.out.rows[portfolioDaily]
	if r == nil {
		return
	}
	if p.currency != 0 {
		p.flowsIn(p.currency)
	}
	for c := range held {
		p.flowsIn(c)
	}
	for _, c := range slices.Sorted(maps.Keys(p.flows)) {
		if held[c] == nil {
			held[c] = &portfolio{}
		}
		portfolioRow(r, p.book, day, c, held[c], p.flows[c])
	}
}

// writeOpen writes the loans that bulk has left out: those that are open, and are not among the
// superseded ones.
func (p *projector) writeOpen(ctx context.Context) error {
	want := make([]wanted, 0, loansAtOnce)
	write := func() error {
		loans, err := p.loans.all(ctx, want)
		if err != nil {
			return err
		}
		for _, l := range loans {
			p.write(l, false)
		}
		want = want[:0]
		return p.out.relieve(ctx)
	}
	for id, o := range p.open {
		if _, again := p.superseded[id]; again {
			continue
		}
		if want = append(want, wanted{id, o.version}); len(want) == loansAtOnce {
			if err := write(); err != nil {
				return err
			}
		}
	}
	return write()
}

// goLive ends the bulk: from here on the rows of a loan are written whenever it changes, beginning
// with the superseded ones, whose first rows are out of date.
func (p *projector) goLive(ctx context.Context) error {
	p.bulk = false
	for id, version := range p.superseded {
		l, err := p.loans.at(ctx, id, version)
		if err != nil {
			return err
		}
		p.changed[id] = change{l, true}
	}
	clear(p.superseded)
	return nil
}
