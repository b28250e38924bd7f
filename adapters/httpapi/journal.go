package httpapi

import (
	"cmp"
	"context"

	"loanledger/domain/chart"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
)

func (a *API) readJournal(ctx context.Context, c Caller, in *LoanInput) (*reading[journalReading], error) {
	s, _, business, err := a.loanFor(ctx, c, *in)
	if err != nil {
		return nil, err
	}
	events, err := a.Loans.LoanEvents(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	facts := make([]fact.Fact, len(events))
	for i, e := range events {
		facts[i] = e.Fact.(fact.Fact)
	}
	return &reading[journalReading]{journalReading{s.ID, s.Currency, journal(facts, business)}}, nil
}

// journal is the postings of a loan when a business date is open: those of its events, and between
// them the income that the closing of each day before it recognised.
func journal(facts []fact.Fact, business date.Date) []ledger.JournalLine {
	lines := []ledger.JournalLine{}
	post := func(on date.Date, ref string, posted []chart.Line) {
		for _, l := range posted {
			lines = append(lines, ledger.JournalLine{Date: on, Ref: ref, Line: l})
		}
	}
	var s loan.State
	var open date.Date // the first day that may have to be closed
	closeUpTo := func(next date.Date) {
		for ; s.Status == loan.Active && open.Before(next); open = open.AddDays(1) {
			post(open, "accrual-"+open.String(), chart.IncomeOfDay(s.Currency, s.IncomeOfDay(open)))
		}
		open = next
	}
	for _, f := range facts {
		booked, _ := loan.Dates(f)
		closeUpTo(booked)
		s = s.Fold(f)
		if posted := chart.Postings(f); len(posted) > 0 {
			last := s.Transactions[len(s.Transactions)-1]
			post(last.Date, cmp.Or(last.Ref, last.ID.String()), posted)
		}
	}
	closeUpTo(business)
	return lines
}
