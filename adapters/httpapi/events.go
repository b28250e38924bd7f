package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"loanledger/eventstore"

	"github.com/google/uuid"
)

type eventsInput struct {
	Lender string `query:"lender" required:"true" doc:"the lender's code" example:"smartcash"`
	Book   int    `query:"book" minimum:"1" maximum:"65535" doc:"of a lender with several books; the first one by default"`
	After  int64  `query:"after" minimum:"0" doc:"the position after which to read; 0 is the beginning"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"at most so many events"`
	Wait   int    `query:"wait" minimum:"0" maximum:"60" doc:"where there is nothing yet, wait so many seconds for it"`
}

// eventReading is an event without its personal part.
type eventReading struct {
	Position   int64           `json:"position" doc:"in the book, without gaps"`
	Stream     uuid.UUID       `json:"stream_id" doc:"the loan, the borrower, or the book"`
	Version    int64           `json:"version" doc:"in the stream, without gaps"`
	Type       string          `json:"type" example:"loan.repaid"`
	Schema     int16           `json:"schema" doc:"version of the shape of data"`
	RecordedAt time.Time       `json:"recorded_at"`
	Command    uuid.UUID       `json:"command_id"`
	Actor      string          `json:"actor" doc:"the role and the name of who gave the command"`
	Data       json.RawMessage `json:"data" doc:"the public part, as it was recorded"`
}

type eventsReading struct {
	Lender string         `json:"lender"`
	Book   int            `json:"book"`
	Head   int64          `json:"head" doc:"the last position of the book"`
	Next   int64          `json:"next" doc:"the value of after that goes on from here"`
	Events []eventReading `json:"events"`
}

type loanEventsReading struct {
	Loan   uuid.UUID      `json:"loan_id"`
	Events []eventReading `json:"events"`
}

func (a *API) registerEvents() {
	register(a, route{
		method: http.MethodGet, path: "/v1/events", id: "log.events", tag: tagLog, summary: "Read the log",
		about: "In order and without gaps, from any position on. With wait it is a long poll. Personal data is left out.",
		roles: readLog, patient: true,
	}, a.readEvents)
}

func (a *API) readEvents(ctx context.Context, c Caller, in *eventsInput) (*reading[eventsReading], error) {
	number, err := a.numberFor(c, BookChoice{in.Lender, in.Book})
	if err != nil {
		return nil, err
	}
	limit := a.commandTime + seconds(in.Wait)
	a.setDeadlines(exchangeOf(ctx).writer, time.Now().Add(limit), time.Now().Add(limit))
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	events, err := a.poll(ctx, number, in)
	if err != nil {
		return nil, err
	}
	head, err := a.Log.Head(ctx, number)
	if err != nil {
		return nil, err
	}
	body := eventsReading{Lender: in.Lender, Book: int(number), Head: int64(head.Position), Next: in.After, Events: describeEvents(events)}
	if n := len(events); n > 0 {
		body.Next = int64(events[n-1].Position)
	}
	return &reading[eventsReading]{body}, nil
}

// poll reads events, and where there are none waits for them once.
func (a *API) poll(ctx context.Context, b eventstore.Book, in *eventsInput) ([]eventstore.Event, error) {
	after := eventstore.Position(in.After)
	events, err := a.Log.ReadBook(ctx, b, after, in.Limit)
	if err != nil || len(events) > 0 || in.Wait == 0 {
		return events, err
	}
	waiting, cancel := context.WithTimeout(ctx, seconds(in.Wait))
	defer cancel()
	if err := a.Log.Wait(waiting, b, after); err != nil {
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			return nil, nil
		}
		return nil, err
	}
	return a.Log.ReadBook(ctx, b, after, in.Limit)
}

func describeEvents(events []eventstore.Event) []eventReading {
	readings := make([]eventReading, 0, len(events))
	for _, e := range events {
		readings = append(readings, eventReading{
			Position: int64(e.Position), Stream: e.Stream, Version: int64(e.Version), Type: e.Type, Schema: e.Schema,
			RecordedAt: e.RecordedAt, Command: e.Command, Actor: e.Actor, Data: e.Data,
		})
	}
	return readings
}

func (a *API) readLoanEvents(ctx context.Context, c Caller, in *LoanInput) (*reading[loanEventsReading], error) {
	if _, _, _, err := a.loanFor(ctx, c, *in); err != nil {
		return nil, err
	}
	recorded, err := a.Loans.LoanEvents(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	events := make([]eventstore.Event, len(recorded))
	for i, e := range recorded {
		events[i] = e.Event
	}
	return &reading[loanEventsReading]{loanEventsReading{in.ID, describeEvents(events)}}, nil
}
