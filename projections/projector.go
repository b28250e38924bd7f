package projections

import (
	"context"
	"fmt"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/chart"
	"loanledger/domain/money"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// projector turns the events of one book, in order, into rows. Live and in a rebuild it is the same:
// live, the rows of a loan are written whenever the loan changes; in bulk, once, at the end.
//
// After an error it is of no use: it may be ahead of what was written.
type projector struct {
	book     eventstore.Book
	currency money.Currency // the lender's; none until the book was opened
	loans    *loanStates
	open     map[uuid.UUID]openLoan // loans to which something may still come by itself
	last     closing
	totals   *totals // since the last closing
	out      *output
	changed  map[uuid.UUID]change // in the events that are being taken
	at       eventstore.Position  // the last event that was taken

	bulk  bool
	share *share // where this projector has only a part of the book's streams
	// superseded is the loans that had ended, were written, and went on.
	superseded map[uuid.UUID]eventstore.Version
}

// openLoan is how far an open loan has come.
type openLoan struct {
	version eventstore.Version
	active  bool
}

// change is a loan that changed; its rows are already there if it was there before.
type change struct {
	loan  *loanAt
	known bool
}

// stateBytes bounds the remembered loans of a projector; less in tests only.
var stateBytes = 256 << 20

func newProjector(log eventstore.Log, number eventstore.Book, out *output) *projector {
	return &projector{
		book: number, loans: newLoanStates(log, number, stateBytes), open: map[uuid.UUID]openLoan{},
		totals: newTotals(), out: out, changed: map[uuid.UUID]change{},
		superseded: map[uuid.UUID]eventstore.Version{},
	}
}

// segments cuts events after each closing of a day, since the rows of a closing are of the loans as
// they are then.
func segments(events []event) [][]event {
	var cut [][]event
	from := 0
	for i := range events {
		if _, closes := events[i].fact.(book.DayClosed); closes {
			cut, from = append(cut, events[from:i+1]), i+1
		}
	}
	if from < len(events) {
		cut = append(cut, events[from:])
	}
	return cut
}

// take turns one segment into rows. An event that cannot be projected is a Poison.
func (p *projector) take(ctx context.Context, events []event) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &Poison{p.book, p.at, fmt.Errorf("panic: %v", r)}
		}
	}()
	for i := range events {
		e := &events[i]
		p.at = e.Position
		if err := p.event(ctx, e); err != nil {
			return err
		}
		if err := p.out.relieve(ctx); err != nil {
			return err
		}
	}
	return p.settle(ctx)
}

func (p *projector) event(ctx context.Context, e *event) error {
	switch f := e.fact.(type) {
	case book.Opened:
		p.currency = f.Lender.Currency
	case book.DayClosed:
		return p.closeDay(ctx, closing{f.On, e.Position, e.RecordedAt})
	case borrower.DebtCleared:
		if r := p.out.rows[certificates]; r != nil {
			certificateRow(r, e.Event, f)
		}
	default:
		if isLoan(e.Event) {
			return p.loanEvent(ctx, e)
		}
	}
	return nil
}

func (p *projector) loanEvent(ctx context.Context, e *event) error {
	l, err := p.loans.at(ctx, e.Stream, e.Version-1)
	if err != nil {
		return err
	}
	there, ended := l.version > 0, l.ended()
	if err := l.take(e.Event, e.fact); err != nil {
		return &Poison{p.book, e.Position, err}
	}
	c, again := p.changed[e.Stream]
	switch {
	case !again:
		p.changed[e.Stream] = change{l, there}
		if p.bulk && ended {
			p.superseded[e.Stream] = e.Version
		}
	case c.loan != l: // it was forgotten meanwhile, and read again
		p.changed[e.Stream] = change{l, c.known}
	}
	if l.ended() {
		delete(p.open, e.Stream)
	} else {
		p.open[e.Stream] = openLoan{l.version, l.active()}
	}
	return p.moneyEvent(e)
}

// moneyEvent writes what an event alone tells: its transaction and its journal entry.
func (p *projector) moneyEvent(e *event) error {
	m, moved := movementOf(e.fact)
	lines := chart.Postings(e.fact)
	if !moved {
		if len(lines) > 0 {
			return &Poison{p.book, e.Position, fmt.Errorf("%s posts to the journal and is no transaction", e.Type)}
		}
		return nil
	}
	f := p.totals.flowsIn(m.currency)
	f.moved(m)
	f.posted(lines)
	if r := p.out.rows[transactions]; r != nil {
		transactionRow(r, e.Event, m)
	}
	if r := p.out.rows[journalEntries]; r != nil {
		journalRows(r, entryOf(e.Event, m), lines)
	}
	return nil
}

// settle writes the loans that changed: live all of them, in bulk those that have ended.
func (p *projector) settle(ctx context.Context) error {
	for id, c := range p.changed {
		if p.bulk {
			if _, again := p.superseded[id]; again {
				p.superseded[id] = c.loan.version
				continue
			}
			if !c.loan.ended() {
				continue
			}
		}
		p.write(c.loan, !p.bulk && c.known)
		if err := p.out.relieve(ctx); err != nil {
			return err
		}
	}
	clear(p.changed)
	return nil
}

// write writes the rows of a loan as it stands.
func (p *projector) write(l *loanAt, known bool) {
	for _, id := range []tableID{accounts, debtBalances, instalments} {
		r := p.out.rows[id]
		if r == nil || id != accounts && !l.paidOut() {
			continue
		}
		if known {
			r.replaced = append(r.replaced, l.state.ID)
		}
		switch id {
		case accounts:
			accountRow(r, p.book, l)
		case debtBalances:
			at := l.figures(p.last)
			debtBalanceRow(r, p.book, l, at, l.state.BalancesOn(at.on))
		case instalments:
			instalmentRows(r, p.book, l, p.last)
		}
	}
}
