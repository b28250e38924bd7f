package bus

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/prometheus/client_golang/prometheus"

	"loanledger/adapters/internal/orders"
	"loanledger/domain/ledger"
)

// Commands carries commands out.
type Commands interface {
	Do(context.Context, ledger.Request) (ledger.Outcome, error)
}

// Caller is what whoever may publish to the command subjects is taken for. NATS knows its users by
// itself and says nothing of them in a message, so one connection has one caller.
type Caller struct {
	Name string // in the log, after "nats:"; never personal data
	Role ledger.Role
	May  func(lender string) bool // whether the caller may deal with a lender, by its code
}

// Everyone is a caller with a role for all lenders.
func Everyone(role ledger.Role) Caller {
	return Caller{Name: string(role), Role: role, May: func(string) bool { return true }}
}

// orders is the caller as one who gives commands.
func (c Caller) orders() orders.Caller {
	return orders.Caller{Role: c.Role, May: c.May, Actor: "nats:" + c.Name}
}

// The service and its bounds.
const (
	serviceName    = "ledger"
	serviceVersion = "1.0.0"
	commandPrefix  = "ledger.cmd."
	// workers is how many commands are carried out at a time: enough to fill the batches of the log. As
	// many again, and a few times more, may wait.
	workers      = 256
	mostWaiting  = 4096
	waitingBytes = 64 << 20
	// bulkWorkers is how many messages with many commands are carried out at a time.
	bulkWorkers = 8
	bulkWaiting = 64
	// commandTime is how long one command may take.
	commandTime = 20 * time.Second
)

// Service serves the catalogue's commands as the NATS micro service "ledger". Create it with Serve.
type Service struct {
	desk   *orders.Desk
	caller Caller
	conn   *nats.Conn
	logger *slog.Logger
	meter  *prometheus.HistogramVec

	micro  micro.Service
	ctx    context.Context
	cancel context.CancelFunc
	single *crew
	many   *crew
}

// Serve begins to serve every command that a role may give, at "ledger.cmd.<aggregate>.<command>".
// Any number of processes may: each request is given to one of them.
func Serve(conn *nats.Conn, commands Commands, directory Directory, caller Caller,
	metrics prometheus.Registerer, logger *slog.Logger,
) (*Service, error) {
	s := &Service{
		desk: orders.NewDesk(commands, directory), caller: caller, conn: conn, logger: logger,
		meter: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "loanledger_nats_command_seconds", Help: "Time of commands over NATS, by their answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"command", "code"}),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.single = newCrew(workers, mostWaiting, waitingBytes, s.late)
	s.many = newCrew(bulkWorkers, bulkWaiting, waitingBytes, s.late)
	if err := s.listen(); err != nil {
		_ = s.Stop()
		return nil, err
	}
	_ = conn.FlushTimeout(time.Second) // so that it serves on return, where the broker is there
	metrics.MustRegister(s.meter)
	return s, nil
}

// listen makes the micro service with an endpoint for each command, and one for many.
func (s *Service) listen() (err error) {
	s.micro, err = micro.AddService(s.conn, micro.Config{
		Name: serviceName, Version: serviceVersion, Description: "Commands of the loan ledger",
	})
	if err != nil {
		return fmt.Errorf("service %s: %w", serviceName, err)
	}
	add := func(name, subject, summary string, c *crew, do func(request)) error {
		err := s.micro.AddEndpoint(name, micro.HandlerFunc(func(r micro.Request) {
			s.take(c, request{nats.Header(r.Headers()), r.Data(), r.Reply(), do})
		}), micro.WithEndpointSubject(subject), micro.WithEndpointMetadata(map[string]string{"summary": summary}))
		if err != nil {
			return fmt.Errorf("command %s: %w", name, err)
		}
		return nil
	}
	for _, entry := range ledger.Catalogue {
		if len(entry.Roles) == 0 {
			continue
		}
		err := add(strings.ReplaceAll(entry.Name, ".", "-"), commandPrefix+entry.Name, entry.Summary, s.single, func(r request) {
			began := time.Now()
			m, code := s.respond(entry, r.header, r.data)
			s.meter.WithLabelValues(entry.Name, code).Observe(time.Since(began).Seconds())
			s.send(r.reply, m, entry.Name)
		})
		if err != nil {
			return err
		}
	}
	return add("bulk", bulkSubject, "Give many commands, one a line", s.many, s.bulk)
}

// Stop takes no more commands, and returns when those under way are answered.
func (s *Service) Stop() error {
	var err error
	if s.micro != nil {
		err = s.micro.Stop()
	}
	s.single.stop()
	s.many.stop()
	s.cancel()
	return err
}
