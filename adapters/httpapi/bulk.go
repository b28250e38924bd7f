package httpapi

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"loanledger/adapters/internal/orders"
	"loanledger/domain/ledger"

	"github.com/danielgtaylor/huma/v2"
)

const mediaLines = "application/x-ndjson"

// bulkLine is a command among many.
type bulkLine orders.Line

// bulkAnswer is what became of a command among many, as orders.Stream writes it.
type bulkAnswer struct {
	Line     int      `json:"line" doc:"from 1; empty lines count and have no answer"`
	Status   int      `json:"status" doc:"as the command alone would have had"`
	Replayed bool     `json:"replayed,omitempty" doc:"the command had been carried out before"`
	Answer   any      `json:"answer,omitempty" doc:"of the command"`
	Problem  *Problem `json:"problem,omitempty" doc:"why it was refused"`
}

type streamOutput struct{ Body func(huma.Context) }

func (a *API) registerBulk() {
	op := register(a, route{
		method: http.MethodPost, path: "/v1/commands", id: "command.many", tag: tagLog, summary: "Give many commands",
		about: "One command a line (NDJSON); one answer a line, in the order of the lines, while more are still being sent. " +
			"Commands to the same loan or borrower are carried out in order, others at the same time. A line that is refused does not stop those after it. " +
			"Read the answers while you send: after some thousands of lines that nobody has read, the service waits.",
		roles: []ledger.Role{ledger.Service, ledger.Operator}, patient: true,
	}, a.many)
	registry := a.huma.OpenAPI().Components.Schemas
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		mediaLines: {Schema: registry.Schema(reflect.TypeFor[bulkLine](), true, "")},
	}}
	documentAnswer(op, mediaLines, registry.Schema(reflect.TypeFor[bulkAnswer](), true, ""))
}

func (a *API) many(ctx context.Context, c Caller, _ *struct{}) (*streamOutput, error) {
	e := exchangeOf(ctx)
	if !hasMediaType(e.request, mediaLines, "application/jsonl", "application/json") {
		return nil, faultMedia
	}
	return &streamOutput{Body: func(huma.Context) { a.stream(ctx, c.orders(), e) }}, nil
}

// stream answers a request while it is being sent.
func (a *API) stream(ctx context.Context, c orders.Caller, e exchange) {
	l := &line{exchange: e, control: http.NewResponseController(e.writer), patience: a.commandTime}
	l.out = bufio.NewWriterSize(l, answersTogether)
	// Over HTTP/1 an answer would otherwise end the reading.
	_ = l.control.EnableFullDuplex()
	e.writer.Header().Set("Content-Type", mediaLines)
	e.writer.WriteHeader(http.StatusOK)
	_ = l.control.Flush() // some senders wait for this before they send
	s := orders.Stream{
		Carry: func(ctx context.Context, o orders.Order) (ledger.Outcome, error) { return a.orders.CarryOut(ctx, c, o) },
		Explain: func(ctx context.Context, err error) (int, any) {
			p := a.problem(ctx, err)
			return p.Status, p
		},
		Patience: a.commandTime,
	}
	if err := s.Run(ctx, incoming{l}, l); err != nil {
		a.Logger.InfoContext(ctx, "answers to many commands were not read", slog.String("error", err.Error()),
			slog.String("request_id", requestID(ctx)))
	}
}

// answersTogether is up to how many bytes of answers are sent at once.
const answersTogether = 32 << 10

// line is the connection of a request with many commands. Nobody waits longer for the other end than
// one command may take.
type line struct {
	exchange
	control  *http.ResponseController
	patience time.Duration
	out      *bufio.Writer // to the line itself
}

// incoming is what the other end sends.
type incoming struct{ *line }

// Read waits for more, but not for ever.
func (in incoming) Read(p []byte) (int, error) {
	_ = in.control.SetReadDeadline(time.Now().Add(in.patience))
	return in.request.Body.Read(p)
}

// Write sends answers.
func (l *line) Write(p []byte) (int, error) {
	_ = l.control.SetWriteDeadline(time.Now().Add(l.patience))
	return l.writer.Write(p)
}

// Answer sends an answer, perhaps together with those after it.
func (l *line) Answer(line []byte, _ int) error {
	_, err := l.out.Write(line)
	return err
}

// Flush sends the answers that are held back.
func (l *line) Flush() error { return errors.Join(l.out.Flush(), l.control.Flush()) }
