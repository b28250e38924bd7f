package httpapi

import (
	"context"
	"log/slog"
	"time"

	"loanledger/adapters/internal/faults"
	"loanledger/domain/date"
)

type dayInput struct {
	Key  string `header:"Idempotency-Key" doc:"1 to 200 visible ASCII characters; a date is its own key too"`
	Code string `path:"code" doc:"the lender's code" example:"smartcash"`
}

// closeDay ends business dates of a lender. It goes on while the caller waits, however long.
func (a *API) closeDay(ctx context.Context, c Caller, in *dayInput) (*reading[dayReading], error) {
	e := exchangeOf(ctx)
	key, err := keyOf(e.request.Header)
	if err != nil {
		return nil, err
	}
	a.setDeadlines(e.writer, time.Now().Add(a.commandTime), time.Time{})
	data, err := readBody(e)
	if err != nil {
		return nil, err
	}
	asked, err := decode[dayBody](data)
	if err != nil {
		return nil, err
	}
	books, err := a.orders.BooksOf(c.orders(), in.Code)
	if err != nil {
		return nil, err
	}
	if asked.Date.IsZero() {
		return nil, faultDate
	}
	finish, free := a.orders.Begin(books[0], key)
	if !free {
		return nil, faults.InProgress
	}
	defer finish()
	err = a.CloseDay(ctx, in.Code, asked.Date, func(closed date.Date, loans int) {
		a.Logger.InfoContext(ctx, "day closed", slog.String("lender", in.Code), slog.String("date", closed.String()),
			slog.Int("loans", loans), slog.String("request_id", requestID(ctx)))
	})
	if err != nil {
		return nil, err
	}
	return &reading[dayReading]{dayReading{in.Code, asked.Date, asked.Date.AddDays(1)}}, nil
}
