package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"loanledger/adapters/bus"
	"loanledger/domain/ledger"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/prometheus/client_golang/prometheus"
)

// Many commands in one message: how many messages are under way, and how many commands each has.
const (
	natsBulkClients = 8
	natsBulkLines   = 250
)

// natsTimeout is how long an answer may take.
const natsTimeout = 10 * time.Second

func natsContests(r *rig, ctx context.Context) ([]contest, error) {
	p, err := r.commandLoans(ctx)
	if err != nil {
		return nil, err
	}
	link, err := r.openNATS()
	if err != nil {
		return nil, err
	}
	var unique keys
	var answered int64
	asking := func(subject string) func(int) operation {
		return func(worker int) operation {
			next := p.turns(worker, callers)
			return func(ctx context.Context, m *meter) error {
				began := time.Now()
				err := link.repay(ctx, subject, next(), "nats-"+unique.next())
				m.done(began)
				return err
			}
		}
	}
	sending := func(worker int) operation {
		next := p.turns(worker, natsBulkClients)
		return func(ctx context.Context, m *meter) error {
			return link.repayMany(ctx, m, func(body *bytes.Buffer) { repaymentLine(body, next(), "nats-"+unique.next()) })
		}
	}
	return []contest{{
		clients: callers, unit: "commands", baseline: "nats_echo",
		limit: "this process, which is the client and the broker too: each request passes the broker twice and is a command as in execute",
		ours: func(ctx context.Context) (stretch, error) {
			return r.proven(ctx, r.store, p.book, func(ctx context.Context) (stretch, error) {
				return closedLoop(ctx, callers, r.perRound(), asking("ledger.cmd.loan.repay"))
			})
		},
		bare: func(ctx context.Context) (stretch, error) {
			return closedLoop(ctx, callers, r.perRound(), asking(echoSubject))
		},
	}, {
		detail: fmt.Sprintf("%d commands a message", natsBulkLines), clients: natsBulkClients, unit: "events", baseline: "copy",
		limit: "this process: each line is a command as in execute, read from JSON and answered in JSON",
		ours: func(ctx context.Context) (stretch, error) {
			s, err := r.proven(ctx, r.store, p.book, func(ctx context.Context) (stretch, error) {
				return closedLoop(ctx, natsBulkClients, r.perRound(), sending)
			})
			answered = s.count
			return s, err
		},
		bare: func(ctx context.Context) (stretch, error) { return r.copyEvents(ctx, answered) },
	}}, nil
}

// natsLink is a client's connection to the broker.
type natsLink struct{ conn *nats.Conn }

const echoSubject = "bench.echo"

// openNATS serves the commands and an echo on one connection, and answers another one for clients.
func (r *rig) openNATS() (*natsLink, error) {
	url, err := r.startNATS()
	if err != nil {
		return nil, err
	}
	server, err := nats.Connect(url)
	if err != nil {
		return nil, err
	}
	r.later(func(context.Context) error { server.Close(); return nil })
	commands, err := bus.Serve(server, r.desk, r.desk.Lenders(), bus.Everyone(ledger.Service), prometheus.NewRegistry(), r.logger)
	if err != nil {
		return nil, err
	}
	r.later(func(context.Context) error { return commands.Stop() })
	if err := serveEcho(server, r.logger); err != nil {
		return nil, err
	}
	client, err := nats.Connect(url)
	if err != nil {
		return nil, err
	}
	r.later(func(context.Context) error { client.Close(); return nil })
	return &natsLink{client}, nil
}

// serveEcho answers JSON with the same JSON, read and written anew.
func serveEcho(conn *nats.Conn, log *slog.Logger) error {
	service, err := micro.AddService(conn, micro.Config{Name: "echo", Version: "1.0.0"})
	if err != nil {
		return err
	}
	err = service.AddEndpoint("echo", micro.HandlerFunc(func(r micro.Request) {
		var body map[string]any
		err := json.Unmarshal(r.Data(), &body)
		if err == nil {
			err = r.RespondJSON(body)
		}
		if err != nil {
			log.Error("the echo failed", slog.Any("error", err)) // the one who asked waits in vain, and says so
		}
	}), micro.WithEndpointSubject(echoSubject))
	if err != nil {
		return err
	}
	return conn.Flush()
}

// repay asks for a repayment, and waits for the answer.
func (l *natsLink) repay(ctx context.Context, subject string, loan uuid.UUID, key string) error {
	ctx, cancel := context.WithTimeout(ctx, natsTimeout)
	defer cancel()
	answer, err := l.conn.RequestMsgWithContext(ctx, &nats.Msg{
		Subject: subject, Header: nats.Header{"Idempotency-Key": {key}},
		Data: []byte(`{"loan_id":"` + loan.String() + `","amount":"` + payment + `","ref":"` + key + `"}`),
	})
	if err != nil {
		return err
	}
	if problem := answer.Header.Get(micro.ErrorHeader); problem != "" {
		return fmt.Errorf("a repayment was answered %s", problem)
	}
	return nil
}

// repayMany sends many repayments in one message, and counts their answers, each with the time since
// the message was sent.
func (l *natsLink) repayMany(ctx context.Context, m *meter, line func(*bytes.Buffer)) error {
	ctx, cancel := context.WithTimeout(ctx, natsTimeout)
	defer cancel()
	var body bytes.Buffer
	for range natsBulkLines {
		line(&body)
	}
	began := time.Now()
	answer, err := l.conn.RequestWithContext(ctx, "ledger.cmd.bulk", body.Bytes())
	if err != nil {
		return err
	}
	if problem := answer.Header.Get(micro.ErrorHeader); problem != "" {
		return fmt.Errorf("many repayments were answered %s", problem)
	}
	answers := 0
	for one := range bytes.Lines(answer.Data) {
		if !bytes.Contains(one, []byte(`"status":200`)) {
			return fmt.Errorf("a repayment among many was answered %s", one)
		}
		m.done(began)
		answers++
	}
	if answers != natsBulkLines {
		return errUnanswered
	}
	return nil
}
