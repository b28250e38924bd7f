package main

import (
	"context"
	"time"

	"loanledger/adapters/sandbox"
	"loanledger/domain/date"

	"github.com/jackc/pgx/v5/pgxpool"
)

// openTestClock is the test clock of a database: started now, or before, or nil where there is none.
// It goes on after the last event of the log, so that a start again on the same day does not go back.
func openTestClock(ctx context.Context, databaseURL string, start date.Date) (*sandbox.Clock, error) {
	pool, err := pgxpool.New(ctx, databaseURL)
	if err != nil {
		return nil, err
	}
	var last *time.Time
	if err := pool.QueryRow(ctx, `SELECT max(recorded_at) FROM ledger.batches`).Scan(&last); err != nil {
		pool.Close()
		return nil, err
	}
	notBefore := time.Time{}
	if last != nil {
		notBefore = last.UTC()
	}
	clock, err := sandbox.OpenClock(ctx, pool, start, notBefore)
	if err != nil || clock == nil {
		pool.Close()
	}
	return clock, err
}

// daysAfterAdvance closes the days that the test clock has passed, and tells where each lender is.
func (s *service) daysAfterAdvance(ctx context.Context) ([]sandbox.LenderDay, error) {
	if err := s.closePastDays(ctx); err != nil {
		return nil, err
	}
	var days []sandbox.LenderDay
	for _, l := range s.lenders {
		business, err := s.desk.BusinessDate(ctx, l.Code)
		if err != nil {
			return nil, err
		}
		days = append(days, sandbox.LenderDay{Code: l.Code, BusinessDate: business})
	}
	return days, nil
}
