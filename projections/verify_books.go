package projections

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// books checks the journal: every entry balances, the whole balances, and what it says of the
// receivables is what the debts say.
func (v *verification) books(ctx context.Context, tx pgx.Tx) error {
	for _, check := range []func(context.Context, pgx.Tx) error{v.entries, v.trialBalance, v.debts} {
		if err := check(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

func (v *verification) entries(ctx context.Context, tx pgx.Tx) error {
	const check = "journal entries balanced"
	journal := journalEntries.partition(v.book, "")
	var position int64
	var loan, off string
	err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT position, loan_id::text, (sum(debit) - sum(credit))::text FROM %s
		GROUP BY position, loan_id, currency HAVING sum(debit) <> sum(credit) ORDER BY position, loan_id LIMIT 1`, journal)).
		Scan(&position, &loan, &off)
	if err == nil {
		return v.wrong(check, "the entry of position %d and loan %s is off by %s", position, loan, off)
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	var count int64
	err = tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM (SELECT DISTINCT position, loan_id FROM %s) AS entries`, journal)).Scan(&count)
	v.right(check, count)
	return err
}

func (v *verification) trialBalance(ctx context.Context, tx pgx.Tx) error {
	const check = "trial balance zero"
	rows, err := tx.Query(ctx, `SELECT currency, sum(balance)::text, sum(balance) = 0, count(*) FROM reporting.trial_balance
		WHERE book = $1 GROUP BY currency ORDER BY currency`, int32(v.book))
	if err != nil {
		return err
	}
	var currency, off string
	var zero bool
	var accounts, all int64
	_, err = pgx.ForEachRow(rows, []any{&currency, &off, &zero, &accounts}, func() error {
		all += accounts
		if !zero {
			return v.wrong(check, "it is off by %s %s", off, currency)
		}
		return nil
	})
	if err == nil {
		v.right(check, all)
	}
	return err
}

// debts compares the accounts of what is owed, and of what the lender owes, with the sums of the
// debts, loan by loan, so that two errors do not hide each other.
func (v *verification) debts(ctx context.Context, tx pgx.Tx) error {
	const check = "debts equal to the journal's accounts"
	var loan, account, booked, owed string
	err := tx.QueryRow(ctx, fmt.Sprintf(`
		WITH booked AS (
			SELECT loan_id, account, sum(debit - credit) AS amount FROM %s
			WHERE account IN ('loan_principal', 'interest_receivable', 'fees_receivable', 'penalties_receivable', 'overpayments')
			GROUP BY loan_id, account
		), owed AS (
			SELECT d.loan_id, part.account, part.amount FROM %s d CROSS JOIN LATERAL (VALUES
				('loan_principal', d.principal), ('interest_receivable', d.interest), ('fees_receivable', d.fees),
				('penalties_receivable', d.penalty), ('overpayments', -d.overpaid)) AS part (account, amount)
		)
		SELECT loan_id::text, account, coalesce(booked.amount, 0)::text, coalesce(owed.amount, 0)::text
		FROM booked FULL JOIN owed USING (loan_id, account)
		WHERE coalesce(booked.amount, 0) <> coalesce(owed.amount, 0) ORDER BY loan_id, account LIMIT 1`,
		journalEntries.partition(v.book, ""), debtBalances.partition(v.book, ""))).Scan(&loan, &account, &booked, &owed)
	if err == nil {
		return v.wrong(check, "loan %s: account %s stands at %s, and %s is owed", loan, account, booked, owed)
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return err
	}
	var count int64
	err = tx.QueryRow(ctx, `SELECT count(*) FROM `+debtBalances.partition(v.book, "")).Scan(&count)
	v.right(check, count)
	return err
}
