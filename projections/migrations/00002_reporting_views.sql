-- +goose Up
CREATE VIEW reporting.trial_balance AS
SELECT j.book, j.currency, c.account, c.code AS account_code, c.name AS account_name, c.type AS account_type,
       sum(j.debit) AS debit, sum(j.credit) AS credit, sum(j.debit) - sum(j.credit) AS balance
FROM reporting.journal_entries j
JOIN reporting.chart_of_accounts c USING (account)
GROUP BY j.book, j.currency, c.account, c.code, c.name, c.type;

COMMENT ON VIEW   reporting.trial_balance IS 'Every account of every book with its turnovers and balance. The balances of a book and currency sum to zero.';
COMMENT ON COLUMN reporting.trial_balance.book         IS 'Number of the book.';
COMMENT ON COLUMN reporting.trial_balance.currency     IS 'ISO 4217 code of the currency of the amounts.';
COMMENT ON COLUMN reporting.trial_balance.account      IS 'Name of the account.';
COMMENT ON COLUMN reporting.trial_balance.account_code IS 'Number of the account.';
COMMENT ON COLUMN reporting.trial_balance.account_name IS 'What the account is for.';
COMMENT ON COLUMN reporting.trial_balance.account_type IS 'asset, liability or income.';
COMMENT ON COLUMN reporting.trial_balance.debit        IS 'Sum of all debits, in major units.';
COMMENT ON COLUMN reporting.trial_balance.credit       IS 'Sum of all credits, in major units.';
COMMENT ON COLUMN reporting.trial_balance.balance      IS 'Debits less credits, in major units: positive for assets, negative for liabilities and income.';

CREATE VIEW reporting.aging AS
SELECT d.book, a.lender, a.product, d.currency, b.bucket, b.days_from, b.days_to,
       count(*) AS loans, sum(d.principal) AS principal, sum(d.interest) AS interest, sum(d.fees) AS fees,
       sum(d.penalty) AS penalty, sum(d.total) AS total, max(d.as_of) AS as_of
FROM reporting.debt_balances d
JOIN reporting.accounts a USING (book, loan_id)
JOIN (VALUES ('not due', 0, 0), ('1-30', 1, 30), ('31-60', 31, 60), ('61-90', 61, 90), ('over 90', 91, NULL))
     AS b (bucket, days_from, days_to) ON d.days_past_due BETWEEN b.days_from AND coalesce(b.days_to, d.days_past_due)
WHERE a.status = 'active'
GROUP BY d.book, a.lender, a.product, d.currency, b.bucket, b.days_from, b.days_to;

COMMENT ON VIEW   reporting.aging IS 'What is owed on active loans, by how many days it is late.';
COMMENT ON COLUMN reporting.aging.book      IS 'Number of the book.';
COMMENT ON COLUMN reporting.aging.lender    IS 'Code of the lender.';
COMMENT ON COLUMN reporting.aging.product   IS 'Code of the product.';
COMMENT ON COLUMN reporting.aging.currency  IS 'ISO 4217 code of the currency of the amounts.';
COMMENT ON COLUMN reporting.aging.bucket    IS 'not due, 1-30, 31-60, 61-90 or over 90 days past due.';
COMMENT ON COLUMN reporting.aging.days_from IS 'Least number of days past due in the bucket.';
COMMENT ON COLUMN reporting.aging.days_to   IS 'Greatest number of days past due in the bucket; null for the last one.';
COMMENT ON COLUMN reporting.aging.loans     IS 'Number of loans.';
COMMENT ON COLUMN reporting.aging.principal IS 'Principal outstanding, in major units.';
COMMENT ON COLUMN reporting.aging.interest  IS 'Interest accrued and not paid, in major units.';
COMMENT ON COLUMN reporting.aging.fees      IS 'Fees charged and not paid, in major units.';
COMMENT ON COLUMN reporting.aging.penalty   IS 'Penalties accrued and not paid, in major units.';
COMMENT ON COLUMN reporting.aging.total     IS 'All that is owed, in major units.';
COMMENT ON COLUMN reporting.aging.as_of     IS 'Latest business date among the figures; a loan without an event since stands as of the last closed date.';

CREATE VIEW reporting.vintages AS
WITH lent AS (
    SELECT a.book, a.lender, a.product, a.currency, date_trunc('month', a.disbursed_on)::date AS vintage,
           count(*) AS loans, sum(a.principal) AS lent,
           sum(d.principal) AS outstanding, sum(d.principal) FILTER (WHERE d.days_past_due > 30) AS overdue_over_30
    FROM reporting.accounts a
    JOIN reporting.debt_balances d USING (book, loan_id)
    GROUP BY a.book, a.lender, a.product, a.currency, vintage
), received AS (
    SELECT a.book, a.lender, a.product, a.currency, date_trunc('month', a.disbursed_on)::date AS vintage,
           ((extract(year FROM t.value_date) - extract(year FROM a.disbursed_on)) * 12
            + extract(month FROM t.value_date) - extract(month FROM a.disbursed_on))::integer AS month,
           sum(t.amount) AS received, sum(t.principal) AS repaid_principal
    FROM reporting.transactions t
    JOIN reporting.accounts a USING (book, loan_id)
    WHERE t.type = 'repayment'
    GROUP BY a.book, a.lender, a.product, a.currency, vintage, month
), newest AS (
    SELECT book, max(as_of) AS as_of FROM reporting.debt_balances GROUP BY book
)
SELECT l.book, l.lender, l.product, l.currency, l.vintage, m.month, l.loans, l.lent,
       coalesce(r.received, 0) AS received, coalesce(r.repaid_principal, 0) AS repaid_principal,
       l.lent - sum(coalesce(r.repaid_principal, 0)) OVER so_far AS outstanding_after,
       round(100 * sum(coalesce(r.repaid_principal, 0)) OVER so_far / l.lent, 2) AS repaid_percent,
       l.outstanding, coalesce(l.overdue_over_30, 0) AS overdue_over_30
FROM lent l
JOIN newest n USING (book)
CROSS JOIN LATERAL generate_series(0, ((extract(year FROM n.as_of) - extract(year FROM l.vintage)) * 12
            + extract(month FROM n.as_of) - extract(month FROM l.vintage))::integer) AS m (month)
LEFT JOIN received r ON (r.book, r.lender, r.product, r.currency, r.vintage, r.month)
                      = (l.book, l.lender, l.product, l.currency, l.vintage, m.month)
WINDOW so_far AS (PARTITION BY l.book, l.lender, l.product, l.currency, l.vintage ORDER BY m.month);

COMMENT ON VIEW   reporting.vintages IS 'Loans by the month of their payout, and how they were repaid month by month since: one row for each month of payout and each month after it.';
COMMENT ON COLUMN reporting.vintages.book              IS 'Number of the book.';
COMMENT ON COLUMN reporting.vintages.lender            IS 'Code of the lender.';
COMMENT ON COLUMN reporting.vintages.product           IS 'Code of the product.';
COMMENT ON COLUMN reporting.vintages.currency          IS 'ISO 4217 code of the currency of the amounts.';
COMMENT ON COLUMN reporting.vintages.vintage           IS 'First day of the calendar month of the payouts.';
COMMENT ON COLUMN reporting.vintages.month             IS 'Calendar months since the vintage: 0 is the month of the payouts.';
COMMENT ON COLUMN reporting.vintages.loans             IS 'Loans paid out in the vintage.';
COMMENT ON COLUMN reporting.vintages.lent              IS 'Amount paid out in the vintage, in major units.';
COMMENT ON COLUMN reporting.vintages.received          IS 'Amount received in the month, by value date, in major units.';
COMMENT ON COLUMN reporting.vintages.repaid_principal  IS 'The part of received that went to principal, in major units.';
COMMENT ON COLUMN reporting.vintages.outstanding_after IS 'Principal of the vintage outstanding at the end of the month, in major units.';
COMMENT ON COLUMN reporting.vintages.repaid_percent    IS 'Principal repaid up to the end of the month, in percent of lent.';
COMMENT ON COLUMN reporting.vintages.outstanding       IS 'Principal of the vintage outstanding now, in major units; the same in all rows of a vintage.';
COMMENT ON COLUMN reporting.vintages.overdue_over_30   IS 'Principal of its loans that are more than 30 days past due now, in major units; the same in all rows of a vintage.';

-- +goose Down
DROP VIEW reporting.vintages, reporting.aging, reporting.trial_balance;
