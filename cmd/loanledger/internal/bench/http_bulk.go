package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"
)

// Many commands in one request: how many requests at a time, and how many commands of each are sent
// before their answers are read.
const (
	bulkClients = 4
	bulkAhead   = 256
	bulkAtOnce  = 64 // lines in one write
)

func bulkContests(r *rig, ctx context.Context) ([]contest, error) {
	p, err := r.commandLoans(ctx)
	if err != nil {
		return nil, err
	}
	api, err := r.serveAPI(bulkClients)
	if err != nil {
		return nil, err
	}
	var unique keys
	var answered int64
	sending := func(worker int) operation {
		next := p.turns(worker, bulkClients)
		return func(ctx context.Context, m *meter) error {
			return api.stream(ctx, m, func(body *bytes.Buffer) { repaymentLine(body, next(), "bulk-"+unique.next()) })
		}
	}
	return []contest{{
		detail: fmt.Sprintf("%d commands ahead", bulkAhead), clients: bulkClients, unit: "events", baseline: "copy",
		limit: "this process: each line is a command as in execute, read from JSON and answered in JSON",
		ours: func(ctx context.Context) (stretch, error) {
			s, err := r.proven(ctx, r.store, p.book, func(ctx context.Context) (stretch, error) {
				return closedLoop(ctx, bulkClients, r.perRound(), sending)
			})
			answered = s.count
			return s, err
		},
		bare: func(ctx context.Context) (stretch, error) { return r.copyEvents(ctx, answered) },
		end:  api.close,
	}}, nil
}

func repaymentLine(body *bytes.Buffer, loan uuid.UUID, key string) {
	fmt.Fprintf(body, `{"command":"loan.repay","loan_id":"%s","idempotency_key":"%s","body":%s}`+"\n", loan, key, repaymentBody(key))
}

// stream sends commands in one request while the measuring lasts, and counts the answers as they come,
// each with the time since its line was sent.
func (e *endpoint) stream(ctx context.Context, m *meter, line func(*bytes.Buffer)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	body, lines := io.Pipe()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url+"/v1/commands", body)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+e.token)
	request.Header.Set("Content-Type", "application/x-ndjson")
	sent := make(chan time.Time, bulkAhead)
	go func() { lines.CloseWithError(send(ctx, lines, m.until, sent, line)) }()
	answer, err := e.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("many commands were answered %s", answer.Status)
	}
	answers := bufio.NewScanner(answer.Body)
	answers.Buffer(make([]byte, 64<<10), 1<<20)
	for answers.Scan() {
		if !bytes.Contains(answers.Bytes(), []byte(`"status":200`)) {
			return fmt.Errorf("a command among many was answered %s", answers.Bytes())
		}
		began, there := <-sent
		if !there {
			return errUnasked
		}
		m.done(began)
	}
	if err := answers.Err(); err != nil {
		return err
	}
	if _, more := <-sent; more {
		return errUnanswered
	}
	return nil
}

var (
	errUnanswered = errors.New("the answers ended before the commands")
	errUnasked    = errors.New("there are more answers than commands")
)

// send writes lines until a moment, as far ahead of the answers as there is room, and closes sent. An
// end without an error is the end of the request.
func send(ctx context.Context, to io.Writer, until time.Time, sent chan<- time.Time, line func(*bytes.Buffer)) error {
	defer close(sent)
	var body bytes.Buffer
	for now := time.Now(); now.Before(until); now = time.Now() {
		body.Reset()
		select {
		case sent <- now:
		case <-ctx.Done():
			return ctx.Err()
		}
		line(&body)
		for n := 1; n < bulkAtOnce && len(sent) < cap(sent); n++ {
			sent <- now // there is room, and nobody else sends
			line(&body)
		}
		if _, err := to.Write(body.Bytes()); err != nil {
			return err
		}
	}
	return nil
}
