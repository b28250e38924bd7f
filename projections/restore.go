package projections

import (
	"context"
	"fmt"

	"loanledger/domain/book"
	"loanledger/domain/chart"
	"loanledger/domain/ident"
	"loanledger/domain/money"
	"loanledger/eventstore"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// restore brings a new projector to a position up to which everything was written.
func (p *projector) restore(ctx context.Context, conn *pgx.Conn, position eventstore.Position) error {
	p.at = position
	for _, step := range []func(context.Context, *pgx.Conn) error{p.restoreBook, p.restoreOpen, p.restoreMovements, p.restoreIncome} {
		if err := step(ctx, conn); err != nil {
			return fmt.Errorf("projections of book %d at position %d: %w", p.book, position, err)
		}
	}
	return nil
}

// restoreBook finds the currency and the last closing in the book's own stream.
func (p *projector) restoreBook(ctx context.Context, _ *pgx.Conn) error {
	events, err := p.loans.log.ReadStream(ctx, p.book, book.StreamOf(ident.Book(p.book)), 0)
	if err != nil {
		return err
	}
	for i := range events {
		if events[i].Position > p.at {
			break
		}
		decoded, err := decode(events[i : i+1])
		if err != nil {
			return err
		}
		switch f := decoded[0].fact.(type) {
		case book.Opened:
			p.currency = f.Lender.Currency
		case book.DayClosed:
			p.last = closing{f.On, events[i].Position, events[i].RecordedAt}
		}
	}
	return nil
}

func (p *projector) restoreOpen(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, fmt.Sprintf(`SELECT loan_id, version, status = 'active' FROM %s
		WHERE status IN ('applied', 'approved', 'signed', 'active')`, accounts.partition(p.book, "")))
	if err != nil {
		return err
	}
	var id uuid.UUID
	var o openLoan
	_, err = pgx.ForEachRow(rows, []any{&id, &o.version, &o.active}, func() error {
		p.open[id] = o
		return nil
	})
	return err
}

// restoreMovements adds up the transactions since the last closing.
func (p *projector) restoreMovements(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, fmt.Sprintf(`SELECT currency, type, amount::text, principal::text FROM %s
		WHERE book = %d AND position > $1`, transactions.partition(p.book, ""), p.book), p.last.position)
	if err != nil {
		return err
	}
	var code, kind, amount, principal string
	_, err = pgx.ForEachRow(rows, []any{&code, &kind, &amount, &principal}, func() error {
		m := movement{kind: kind}
		var err error
		if m.currency, err = money.ParseCurrency(code); err != nil {
			return err
		}
		if m.amount, err = money.Parse(amount, m.currency); err != nil {
			return err
		}
		if m.parts.Principal, err = money.Parse(principal, m.currency); err != nil {
			return err
		}
		p.totals.flowsIn(m.currency).moved(m)
		return nil
	})
	return err
}

// restoreIncome adds up the income since the last closing.
func (p *projector) restoreIncome(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, fmt.Sprintf(`SELECT currency, account, sum(credit - debit)::text FROM %s
		WHERE book = %d AND position > $1 GROUP BY currency, account`, journalEntries.partition(p.book, ""), p.book),
		p.last.position)
	if err != nil {
		return err
	}
	var code, account, sum string
	_, err = pgx.ForEachRow(rows, []any{&code, &account, &sum}, func() error {
		currency, err := money.ParseCurrency(code)
		if err != nil {
			return err
		}
		credit, err := money.Parse(sum, currency)
		if err != nil {
			return err
		}
		p.totals.flowsIn(currency).posted([]chart.Line{{Account: chart.Account(account), Credit: credit, Debit: money.Zero(currency)}})
		return nil
	})
	return err
}
