package projections

import (
	"cmp"
	"context"
	"time"

	"loanledger/domain/chart"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/money"
	"loanledger/eventstore"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

var journalEntriesTable = table{
	name: "journal_entries",
	columns: `book, position, loan_id, line, entry_date, booked_on, transaction_id, ref, account, account_code, currency,
		debit, credit, recorded_at`,
}

// entry is a journal entry: what its lines have in common.
type entry struct {
	book        eventstore.Book
	position    eventstore.Position
	loan        uuid.UUID
	date        date.Date
	bookedOn    date.Date
	transaction uuid.UUID // none for the accrual of a day
	ref         string
	currency    money.Currency
	recordedAt  time.Time
}

// entryOf is the entry of an event that records a transaction. Every line has a ref to be found by.
func entryOf(e *eventstore.Event, m movement) entry {
	return entry{
		book: e.Book, position: e.Position, loan: e.Stream, date: m.valueDate, bookedOn: m.bookedOn,
		transaction: m.id, ref: cmp.Or(m.ref, m.id.String()), currency: m.currency, recordedAt: e.RecordedAt,
	}
}

// accrualOf is the entry of a loan's income of a day that was closed.
func accrualOf(book eventstore.Book, l *loanAt, day closing) entry {
	return entry{
		book: book, position: day.position, loan: l.state.ID, date: day.on, bookedOn: day.on,
		ref: "accrual-" + day.on.String(), currency: l.state.Currency, recordedAt: day.recordedAt,
	}
}

func journalRows(r *copyRows, j entry, lines []chart.Line) {
	for i, l := range lines {
		r.begin(14)
		r.int32(int(j.book))
		r.int64(int64(j.position))
		r.uuid(j.loan)
		r.int32(i + 1)
		r.date(j.date)
		r.date(j.bookedOn)
		if j.transaction == uuid.Nil {
			r.null()
		} else {
			r.uuid(j.transaction)
		}
		r.text(j.ref)
		r.text(string(l.Account))
		r.text(accountCodes[l.Account])
		r.text(j.currency.String())
		r.amount(l.Debit, j.currency)
		r.amount(l.Credit, j.currency)
		r.time(j.recordedAt)
	}
}

var accountCodes = func() map[chart.Account]string {
	codes := make(map[chart.Account]string, len(chart.Accounts))
	for _, a := range chart.Accounts {
		codes[a.Account] = a.Code
	}
	return codes
}()

// Journal is the lines of a loan's journal, in the order in which they were recorded.
func Journal(ctx context.Context, pool *pgxpool.Pool, loan uuid.UUID) ([]ledger.JournalLine, error) {
	rows, err := pool.Query(ctx, `SELECT entry_date::text, ref, account, currency, debit::text, credit::text
		FROM reporting.journal_entries WHERE book = $1 AND loan_id = $2 ORDER BY position, line`,
		int32(ident.BookOf(loan)), loan)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (ledger.JournalLine, error) {
		var on, account, code, debit, credit string
		var l ledger.JournalLine
		if err := row.Scan(&on, &l.Ref, &account, &code, &debit, &credit); err != nil {
			return l, err
		}
		currency, err := money.ParseCurrency(code)
		if err != nil {
			return l, err
		}
		l.Account = chart.Account(account)
		if l.Date, err = date.Parse(on); err != nil {
			return l, err
		}
		if l.Debit, err = money.Parse(debit, currency); err != nil {
			return l, err
		}
		l.Credit, err = money.Parse(credit, currency)
		return l, err
	})
}
