package bench

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Many commands in one request: how many, and how many requests at a time.
const (
	bulkLines   = 1000
	bulkClients = 4
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
		var body bytes.Buffer
		return func(ctx context.Context, m *meter) error {
			body.Reset()
			for range bulkLines {
				key := "bulk-" + unique.next()
				fmt.Fprintf(&body, `{"command":"loan.repay","loan_id":"%s","idempotency_key":"%s","body":%s}`+"\n", next(), key, repaymentBody(key))
			}
			return api.sendLines(ctx, body.Bytes(), m)
		}
	}
	return []contest{{
		detail: fmt.Sprintf("%d commands a request", bulkLines), clients: bulkClients, unit: "events", baseline: "copy",
		limit: "this process: each line is a command as in execute, read from JSON and answered in JSON",
		ours: func(ctx context.Context) (stretch, error) {
			s, err := closedLoop(ctx, bulkClients, r.perRound(), sending)
			answered = s.count
			return s, err
		},
		bare: func(ctx context.Context) (stretch, error) { return r.copyEvents(ctx, answered) },
		end:  api.close,
	}}, nil
}

// sendLines sends many commands, and counts the answers as they come. The time of each is from the
// beginning of the request.
func (e *endpoint) sendLines(ctx context.Context, body []byte, m *meter) error {
	began := time.Now()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url+"/v1/commands", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+e.token)
	request.Header.Set("Content-Type", "application/x-ndjson")
	answer, err := e.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("many commands were answered %s", answer.Status)
	}
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(make([]byte, 64<<10), 1<<20)
	n := 0
	for lines.Scan() {
		if !bytes.Contains(lines.Bytes(), []byte(`"status":200`)) {
			return fmt.Errorf("a command among many was answered %s", lines.Bytes())
		}
		n++
		m.done(began)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if n != bulkLines {
		return fmt.Errorf("%d of %d commands were answered: %w", n, bulkLines, io.ErrUnexpectedEOF)
	}
	return nil
}
