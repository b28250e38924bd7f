-- +goose Up
CREATE SCHEMA reporting;
COMMENT ON SCHEMA reporting IS 'Tables for analysts, derived from the log of events. They hold no personal data and may be rebuilt at any time.';

-- Each table has one partition a book, here, so that a book is rebuilt and put in place by itself.
CREATE SCHEMA reporting_books;
COMMENT ON SCHEMA reporting_books IS 'The partitions of the tables of reporting, one for each book. Private to the service.';

CREATE TABLE reporting.accounts (
    book            integer     NOT NULL,
    loan_id         uuid        NOT NULL,
    lender          text        NOT NULL,
    number          text        NOT NULL,
    borrower_id     uuid        NOT NULL,
    product         text        NOT NULL,
    product_version integer     NOT NULL,
    status          text        NOT NULL,
    currency        text        NOT NULL,
    principal       numeric     NOT NULL,
    term_days       integer     NOT NULL,
    applied_on      date        NOT NULL,
    approved_on     date,
    offer_until     date,
    signed_on       date,
    disbursed_on    date,
    due_date        date,
    ended_on        date,
    prolongations   integer     NOT NULL,
    next_event_on   date,
    version         integer     NOT NULL,
    position        bigint      NOT NULL,
    updated_at      timestamptz NOT NULL,
    PRIMARY KEY (book, loan_id)
) PARTITION BY LIST (book);
CREATE INDEX ON reporting.accounts (book, borrower_id);
CREATE INDEX ON reporting.accounts (book, next_event_on) WHERE next_event_on IS NOT NULL;

COMMENT ON TABLE  reporting.accounts IS 'Loans: one row for each application, whatever became of it.';
COMMENT ON COLUMN reporting.accounts.book            IS 'Number of the book (the ledger of a lender) that the loan is in.';
COMMENT ON COLUMN reporting.accounts.loan_id         IS 'Identifier of the loan; joins the other tables, together with book.';
COMMENT ON COLUMN reporting.accounts.lender          IS 'Code of the lender.';
COMMENT ON COLUMN reporting.accounts.number          IS 'Number of the agreement, as it stands on papers.';
COMMENT ON COLUMN reporting.accounts.borrower_id     IS 'Identifier of the borrower; it says nothing about who that is.';
COMMENT ON COLUMN reporting.accounts.product         IS 'Code of the product.';
COMMENT ON COLUMN reporting.accounts.product_version IS 'Version of the product''s terms that the loan keeps.';
COMMENT ON COLUMN reporting.accounts.status          IS 'applied, approved, signed, active (paid out and owed), closed, overpaid (nothing owed, the lender holds a credit balance), rejected, cancelled or expired.';
COMMENT ON COLUMN reporting.accounts.currency        IS 'ISO 4217 code of the currency of all amounts of the loan.';
COMMENT ON COLUMN reporting.accounts.principal       IS 'Amount applied for, and lent, in major units of the currency.';
COMMENT ON COLUMN reporting.accounts.term_days       IS 'Agreed length in days, without prolongations.';
COMMENT ON COLUMN reporting.accounts.applied_on      IS 'Business date of the application.';
COMMENT ON COLUMN reporting.accounts.approved_on     IS 'Business date of the approval; null while there is none.';
COMMENT ON COLUMN reporting.accounts.offer_until     IS 'Last date on which the approved offer can be taken up.';
COMMENT ON COLUMN reporting.accounts.signed_on       IS 'Business date of the signature.';
COMMENT ON COLUMN reporting.accounts.disbursed_on    IS 'Value date of the payout; null for a loan that was never paid out.';
COMMENT ON COLUMN reporting.accounts.due_date        IS 'Date on which the debt is to be repaid, prolongations included.';
COMMENT ON COLUMN reporting.accounts.ended_on        IS 'Date on which the loan was closed, rejected, cancelled or expired.';
COMMENT ON COLUMN reporting.accounts.prolongations   IS 'How often the due date was moved.';
COMMENT ON COLUMN reporting.accounts.next_event_on   IS 'First date whose closing brings something about by itself (offer lapses, debt falls due or overdue, penalty starts, cost cap is reached); null when none does.';
COMMENT ON COLUMN reporting.accounts.version         IS 'Number of events of the loan so far.';
COMMENT ON COLUMN reporting.accounts.position        IS 'Position of the loan''s last event in the log of the book.';
COMMENT ON COLUMN reporting.accounts.updated_at      IS 'When the loan''s last event was recorded.';

CREATE TABLE reporting.debt_balances (
    book          integer     NOT NULL,
    loan_id       uuid        NOT NULL,
    as_of         date        NOT NULL,
    currency      text        NOT NULL,
    principal     numeric     NOT NULL,
    interest      numeric     NOT NULL,
    fees          numeric     NOT NULL,
    penalty       numeric     NOT NULL,
    total         numeric     NOT NULL,
    overpaid      numeric     NOT NULL,
    days_past_due integer     NOT NULL,
    position      bigint      NOT NULL,
    updated_at    timestamptz NOT NULL,
    PRIMARY KEY (book, loan_id)
) PARTITION BY LIST (book);

COMMENT ON TABLE  reporting.debt_balances IS 'What is owed: one row for each loan that was paid out. After the closing of a date, every active loan stands as of that date; a later event brings its loan to the event''s business date. Sums over the table equal the receivable accounts of the journal.';
COMMENT ON COLUMN reporting.debt_balances.book          IS 'Number of the book.';
COMMENT ON COLUMN reporting.debt_balances.loan_id       IS 'The loan, see accounts.';
COMMENT ON COLUMN reporting.debt_balances.as_of         IS 'Business date that the figures are for, the whole day included.';
COMMENT ON COLUMN reporting.debt_balances.currency      IS 'ISO 4217 code of the currency of the amounts.';
COMMENT ON COLUMN reporting.debt_balances.principal     IS 'Principal outstanding, in major units.';
COMMENT ON COLUMN reporting.debt_balances.interest      IS 'Interest accrued and not paid, in major units.';
COMMENT ON COLUMN reporting.debt_balances.fees          IS 'Fees charged and not paid, in major units.';
COMMENT ON COLUMN reporting.debt_balances.penalty       IS 'Penalties accrued and not paid, in major units.';
COMMENT ON COLUMN reporting.debt_balances.total         IS 'Principal, interest, fees and penalty together, in major units.';
COMMENT ON COLUMN reporting.debt_balances.overpaid      IS 'Credit balance of the borrower that the lender holds, in major units; not part of total.';
COMMENT ON COLUMN reporting.debt_balances.days_past_due IS 'Days since the due date on which something is still owed; 0 when nothing is late.';
COMMENT ON COLUMN reporting.debt_balances.position      IS 'Position, in the log of the book, of the event or the closing that brought the figures to as_of.';
COMMENT ON COLUMN reporting.debt_balances.updated_at    IS 'When that event was recorded.';

CREATE TABLE reporting.instalments (
    book          integer NOT NULL,
    loan_id       uuid    NOT NULL,
    nr            integer NOT NULL,
    from_date     date    NOT NULL,
    due_date      date    NOT NULL,
    days          integer NOT NULL,
    currency      text    NOT NULL,
    principal     numeric NOT NULL,
    interest      numeric NOT NULL,
    fees          numeric NOT NULL,
    penalty       numeric NOT NULL,
    total         numeric NOT NULL,
    paid          numeric NOT NULL,
    paid_early    numeric NOT NULL,
    paid_late     numeric NOT NULL,
    outstanding   numeric NOT NULL,
    balance_after numeric NOT NULL,
    PRIMARY KEY (book, loan_id, nr)
) PARTITION BY LIST (book);

COMMENT ON TABLE  reporting.instalments IS 'Schedules of the loans that were paid out: what is to be paid by which date, and what was paid of it. Figures are for debt_balances.as_of of the loan.';
COMMENT ON COLUMN reporting.instalments.book          IS 'Number of the book.';
COMMENT ON COLUMN reporting.instalments.loan_id       IS 'The loan, see accounts.';
COMMENT ON COLUMN reporting.instalments.nr            IS 'Number of the instalment in its loan, from 1.';
COMMENT ON COLUMN reporting.instalments.from_date     IS 'Date from which the instalment''s period runs.';
COMMENT ON COLUMN reporting.instalments.due_date      IS 'Date by which it is to be paid.';
COMMENT ON COLUMN reporting.instalments.days          IS 'Days of the period.';
COMMENT ON COLUMN reporting.instalments.currency      IS 'ISO 4217 code of the currency of the amounts.';
COMMENT ON COLUMN reporting.instalments.principal     IS 'Principal of the instalment, in major units.';
COMMENT ON COLUMN reporting.instalments.interest      IS 'Interest that it comes to on its due date, or on as_of where that is later, in major units.';
COMMENT ON COLUMN reporting.instalments.fees          IS 'Fees of the instalment, in major units.';
COMMENT ON COLUMN reporting.instalments.penalty       IS 'Penalty accrued on it, in major units.';
COMMENT ON COLUMN reporting.instalments.total         IS 'Principal, interest, fees and penalty together, in major units.';
COMMENT ON COLUMN reporting.instalments.paid          IS 'What was paid of it, in major units.';
COMMENT ON COLUMN reporting.instalments.paid_early    IS 'The part of paid that came before the due date, in major units.';
COMMENT ON COLUMN reporting.instalments.paid_late     IS 'The part of paid that came after the due date, in major units.';
COMMENT ON COLUMN reporting.instalments.outstanding   IS 'total less paid, in major units.';
COMMENT ON COLUMN reporting.instalments.balance_after IS 'Principal of the loan that is left after the instalment, in major units.';

CREATE TABLE reporting.transactions (
    book            integer     NOT NULL,
    position        bigint      NOT NULL,
    transaction_id  uuid        NOT NULL,
    loan_id         uuid        NOT NULL,
    type            text        NOT NULL,
    ref             text        NOT NULL,
    payer           text,
    value_date      date        NOT NULL,
    booked_on       date        NOT NULL,
    currency        text        NOT NULL,
    amount          numeric     NOT NULL,
    principal       numeric     NOT NULL,
    interest        numeric     NOT NULL,
    fees            numeric     NOT NULL,
    penalty         numeric     NOT NULL,
    overpaid        numeric     NOT NULL,
    principal_after numeric     NOT NULL,
    recorded_at     timestamptz NOT NULL,
    PRIMARY KEY (book, position)
) PARTITION BY LIST (book);
CREATE INDEX ON reporting.transactions (book, loan_id);

COMMENT ON TABLE  reporting.transactions IS 'Movements of money and prolongations: one row for each, in the order of the log.';
COMMENT ON COLUMN reporting.transactions.book            IS 'Number of the book.';
COMMENT ON COLUMN reporting.transactions.position        IS 'Position of the event in the log of the book.';
COMMENT ON COLUMN reporting.transactions.transaction_id  IS 'Identifier of the transaction.';
COMMENT ON COLUMN reporting.transactions.loan_id         IS 'The loan, see accounts.';
COMMENT ON COLUMN reporting.transactions.type            IS 'disbursement (paid out), repayment (paid in) or prolongation (a charge; no money moves).';
COMMENT ON COLUMN reporting.transactions.ref             IS 'Reference given by the system that sent the command; empty where there is none.';
COMMENT ON COLUMN reporting.transactions.payer           IS 'Who paid a repayment: borrower, merchant or guarantor; null for other types.';
COMMENT ON COLUMN reporting.transactions.value_date      IS 'Date from which the transaction counts: the day the money moved.';
COMMENT ON COLUMN reporting.transactions.booked_on       IS 'Business date on which it was recorded.';
COMMENT ON COLUMN reporting.transactions.currency        IS 'ISO 4217 code of the currency of the amounts.';
COMMENT ON COLUMN reporting.transactions.amount          IS 'Amount in major units: paid out, paid in, or the price of the prolongation.';
COMMENT ON COLUMN reporting.transactions.principal       IS 'The part of a repayment that went to principal, in major units.';
COMMENT ON COLUMN reporting.transactions.interest        IS 'The part of a repayment that went to interest, in major units.';
COMMENT ON COLUMN reporting.transactions.fees            IS 'The part of a repayment that went to fees, in major units.';
COMMENT ON COLUMN reporting.transactions.penalty         IS 'The part of a repayment that went to penalty, in major units.';
COMMENT ON COLUMN reporting.transactions.overpaid        IS 'The part of a repayment that was more than the debt, in major units.';
COMMENT ON COLUMN reporting.transactions.principal_after IS 'Principal outstanding after the transaction, in major units.';
COMMENT ON COLUMN reporting.transactions.recorded_at     IS 'When the event was recorded.';

CREATE TABLE reporting.chart_of_accounts (
    account text PRIMARY KEY,
    code    text NOT NULL UNIQUE,
    name    text NOT NULL,
    type    text NOT NULL
);
INSERT INTO reporting.chart_of_accounts (account, code, name, type) VALUES
    ('clearing',             '1010', 'Settlement accounts and payment gateways', 'asset'),
    ('loan_principal',       '1210', 'Loans to borrowers, principal',            'asset'),
    ('interest_receivable',  '1220', 'Interest receivable',                      'asset'),
    ('fees_receivable',      '1230', 'Fees receivable',                          'asset'),
    ('penalties_receivable', '1240', 'Penalties receivable',                     'asset'),
    ('overpayments',         '2110', 'Credit balances of borrowers',             'liability'),
    ('interest_income',      '4010', 'Interest income',                          'income'),
    ('fee_income',           '4020', 'Fee income',                               'income'),
    ('penalty_income',       '4030', 'Penalty income',                           'income');

COMMENT ON TABLE  reporting.chart_of_accounts IS 'The accounts of the general ledger, the same for every book.';
COMMENT ON COLUMN reporting.chart_of_accounts.account IS 'Name of the account, as in journal_entries.';
COMMENT ON COLUMN reporting.chart_of_accounts.code    IS 'Number of the account.';
COMMENT ON COLUMN reporting.chart_of_accounts.name    IS 'What the account is for.';
COMMENT ON COLUMN reporting.chart_of_accounts.type    IS 'asset (grows by debits), liability or income (grow by credits).';

CREATE TABLE reporting.journal_entries (
    book           integer     NOT NULL,
    position       bigint      NOT NULL,
    loan_id        uuid        NOT NULL,
    line           integer     NOT NULL,
    entry_date     date        NOT NULL,
    booked_on      date        NOT NULL,
    transaction_id uuid,
    ref            text        NOT NULL,
    account        text        NOT NULL,
    account_code   text        NOT NULL,
    currency       text        NOT NULL,
    debit          numeric     NOT NULL,
    credit         numeric     NOT NULL,
    recorded_at    timestamptz NOT NULL,
    PRIMARY KEY (book, position, loan_id, line)
) PARTITION BY LIST (book);
CREATE INDEX ON reporting.journal_entries (book, loan_id);

COMMENT ON TABLE  reporting.journal_entries IS 'The journal in double entry. The lines of one book, position and loan are one entry, and its debits equal its credits.';
COMMENT ON COLUMN reporting.journal_entries.book           IS 'Number of the book.';
COMMENT ON COLUMN reporting.journal_entries.position       IS 'Position, in the log of the book, of the event or the closing of a day that the entry follows from.';
COMMENT ON COLUMN reporting.journal_entries.loan_id        IS 'The loan, see accounts.';
COMMENT ON COLUMN reporting.journal_entries.line           IS 'Number of the line in its entry, from 1.';
COMMENT ON COLUMN reporting.journal_entries.entry_date     IS 'Date from which the entry counts: the value date of money, or the date that was closed.';
COMMENT ON COLUMN reporting.journal_entries.booked_on      IS 'Business date on which it was recorded.';
COMMENT ON COLUMN reporting.journal_entries.transaction_id IS 'The transaction that the entry belongs to; null for the accrual of a day.';
COMMENT ON COLUMN reporting.journal_entries.ref            IS 'Reference of the transaction, or its identifier where it has none; accrual- and the date for the accrual of a day.';
COMMENT ON COLUMN reporting.journal_entries.account        IS 'The account, see chart_of_accounts.';
COMMENT ON COLUMN reporting.journal_entries.account_code   IS 'Number of the account.';
COMMENT ON COLUMN reporting.journal_entries.currency       IS 'ISO 4217 code of the currency of the amounts.';
COMMENT ON COLUMN reporting.journal_entries.debit          IS 'Debit in major units; 0 for a credit line. Never negative.';
COMMENT ON COLUMN reporting.journal_entries.credit         IS 'Credit in major units; 0 for a debit line. Never negative.';
COMMENT ON COLUMN reporting.journal_entries.recorded_at    IS 'When the event was recorded.';

CREATE TABLE reporting.certificates (
    book        integer     NOT NULL,
    number      text        NOT NULL,
    borrower_id uuid        NOT NULL,
    lender      text        NOT NULL,
    issued_on   date        NOT NULL,
    loans       integer     NOT NULL,
    position    bigint      NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (book, number)
) PARTITION BY LIST (book);
CREATE INDEX ON reporting.certificates (number);

COMMENT ON TABLE  reporting.certificates IS 'No-debt certificates that were issued.';
COMMENT ON COLUMN reporting.certificates.book        IS 'Number of the book.';
COMMENT ON COLUMN reporting.certificates.number      IS 'Number of the certificate, as it stands on the paper.';
COMMENT ON COLUMN reporting.certificates.borrower_id IS 'Identifier of the borrower; it says nothing about who that is.';
COMMENT ON COLUMN reporting.certificates.lender      IS 'Code of the lender.';
COMMENT ON COLUMN reporting.certificates.issued_on   IS 'Business date on which nothing was owed.';
COMMENT ON COLUMN reporting.certificates.loans       IS 'Number of repaid loans that it lists.';
COMMENT ON COLUMN reporting.certificates.position    IS 'Position of the event in the log of the book.';
COMMENT ON COLUMN reporting.certificates.recorded_at IS 'When it was issued.';

CREATE TABLE reporting.portfolio_daily (
    book             integer     NOT NULL,
    day              date        NOT NULL,
    currency         text        NOT NULL,
    active_loans     integer     NOT NULL,
    principal        numeric     NOT NULL,
    interest         numeric     NOT NULL,
    fees             numeric     NOT NULL,
    penalty          numeric     NOT NULL,
    total            numeric     NOT NULL,
    overdue_loans    integer     NOT NULL,
    overdue_1_30     numeric     NOT NULL,
    overdue_31_60    numeric     NOT NULL,
    overdue_61_90    numeric     NOT NULL,
    overdue_over_90  numeric     NOT NULL,
    interest_income  numeric     NOT NULL,
    fee_income       numeric     NOT NULL,
    penalty_income   numeric     NOT NULL,
    disbursements    integer     NOT NULL,
    lent             numeric     NOT NULL,
    repayments       integer     NOT NULL,
    repaid           numeric     NOT NULL,
    repaid_principal numeric     NOT NULL,
    position         bigint      NOT NULL,
    recorded_at      timestamptz NOT NULL,
    PRIMARY KEY (book, day, currency)
) PARTITION BY LIST (book);

COMMENT ON TABLE  reporting.portfolio_daily IS 'The portfolio at the end of each business date: one row for each book, date and currency.';
COMMENT ON COLUMN reporting.portfolio_daily.book             IS 'Number of the book.';
COMMENT ON COLUMN reporting.portfolio_daily.day              IS 'Business date that was closed.';
COMMENT ON COLUMN reporting.portfolio_daily.currency         IS 'ISO 4217 code of the currency of the amounts.';
COMMENT ON COLUMN reporting.portfolio_daily.active_loans     IS 'Loans on which something is owed.';
COMMENT ON COLUMN reporting.portfolio_daily.principal        IS 'Principal outstanding, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.interest         IS 'Interest accrued and not paid, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.fees             IS 'Fees charged and not paid, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.penalty          IS 'Penalties accrued and not paid, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.total            IS 'All that is owed, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.overdue_loans    IS 'Active loans that are past their due date.';
COMMENT ON COLUMN reporting.portfolio_daily.overdue_1_30     IS 'Principal of loans 1 to 30 days past due, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.overdue_31_60    IS 'Principal of loans 31 to 60 days past due, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.overdue_61_90    IS 'Principal of loans 61 to 90 days past due, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.overdue_over_90  IS 'Principal of loans more than 90 days past due, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.interest_income  IS 'Interest recognised as income since the closing before, in major units; negative where more was taken back.';
COMMENT ON COLUMN reporting.portfolio_daily.fee_income       IS 'Fees recognised as income since the closing before, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.penalty_income   IS 'Penalties recognised as income since the closing before, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.disbursements    IS 'Loans paid out since the closing before.';
COMMENT ON COLUMN reporting.portfolio_daily.lent             IS 'Amount paid out since the closing before, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.repayments       IS 'Repayments received since the closing before.';
COMMENT ON COLUMN reporting.portfolio_daily.repaid           IS 'Amount received since the closing before, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.repaid_principal IS 'The part of repaid that went to principal, in major units.';
COMMENT ON COLUMN reporting.portfolio_daily.position         IS 'Position of the closing in the log of the book.';
COMMENT ON COLUMN reporting.portfolio_daily.recorded_at      IS 'When the date was closed.';

-- +goose Down
DROP SCHEMA reporting CASCADE;
DROP SCHEMA reporting_books CASCADE;
