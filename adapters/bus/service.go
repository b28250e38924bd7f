package bus

import (
	"context"
	"errors"
	"fmt"
	"loanledger/adapters/internal/faults"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"github.com/prometheus/client_golang/prometheus"

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

// The service and its bounds.
const (
	serviceName    = "ledger"
	serviceVersion = "1.0.0"
	commandPrefix  = "ledger.cmd."
	// workers is how many commands are carried out at a time: enough to fill the batches of the log.
	workers = 256
	// commandTime is how long one command may take.
	commandTime = 20 * time.Second
)

// Service serves the catalogue's commands as the NATS micro service "ledger". Create it with Serve.
type Service struct {
	commands  Commands
	directory Directory
	caller    Caller
	conn      *nats.Conn
	logger    *slog.Logger
	meter     *prometheus.HistogramVec

	micro   micro.Service
	ctx     context.Context
	cancel  context.CancelFunc
	slots   chan struct{}
	running running

	mu      sync.Mutex
	stopped bool
	working sync.WaitGroup
}

// Serve begins to serve every command that a role may give, at "ledger.cmd.<aggregate>.<command>".
// Any number of processes may: each request is given to one of them.
func Serve(conn *nats.Conn, commands Commands, directory Directory, caller Caller,
	metrics prometheus.Registerer, logger *slog.Logger,
) (*Service, error) {
	s := &Service{
		commands: commands, directory: directory, caller: caller, conn: conn, logger: logger,
		meter: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "loanledger_nats_command_seconds", Help: "Time of commands over NATS, by their answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"command", "code"}),
		slots: make(chan struct{}, workers),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	var err error
	s.micro, err = micro.AddService(conn, micro.Config{
		Name: serviceName, Version: serviceVersion, Description: "Commands of the loan ledger",
	})
	if err != nil {
		return nil, fmt.Errorf("service %s: %w", serviceName, err)
	}
	for _, entry := range ledger.Catalogue {
		if len(entry.Roles) == 0 {
			continue
		}
		err := s.micro.AddEndpoint(strings.ReplaceAll(entry.Name, ".", "-"), micro.HandlerFunc(s.handle(entry)),
			micro.WithEndpointSubject(commandPrefix+entry.Name), micro.WithEndpointMetadata(map[string]string{"summary": entry.Summary}))
		if err != nil {
			_ = s.micro.Stop()
			return nil, fmt.Errorf("command %s: %w", entry.Name, err)
		}
	}
	_ = conn.FlushTimeout(time.Second) // so that it serves on return, where the broker is there
	metrics.MustRegister(s.meter)
	return s, nil
}

// Stop takes no more commands, and returns when those under way are answered.
func (s *Service) Stop() error {
	err := s.micro.Stop()
	s.mu.Lock()
	s.stopped = true
	s.mu.Unlock()
	s.working.Wait()
	s.cancel()
	return err
}

// handle carries a command out beside others. While all workers have something to do, requests wait
// in the subscription.
func (s *Service) handle(entry ledger.Entry) func(micro.Request) {
	return func(r micro.Request) {
		s.slots <- struct{}{}
		work := func() {
			defer func() { <-s.slots }()
			began := time.Now()
			m, code := s.respond(entry, nats.Header(r.Headers()), r.Data())
			s.meter.WithLabelValues(entry.Name, code).Observe(time.Since(began).Seconds())
			s.send(r.Reply(), m, entry.Name)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.stopped {
			<-s.slots
			if m, err := problemOf(faultStopping).message(); err == nil {
				s.send(r.Reply(), m, entry.Name)
			}
			return
		}
		s.working.Go(work)
	}
}

// send answers whoever wants to know. The library's own way of answering is for handlers that answer
// before they return.
func (s *Service) send(reply string, m *nats.Msg, command string) {
	if reply == "" {
		return
	}
	m.Subject = reply
	if err := s.conn.PublishMsg(m); err != nil {
		s.logger.Warn("a command was not answered", slog.String("command", command), slog.Any("error", err))
	}
}

// errPanicked stands for a panic: an invariant is broken.
var errPanicked = errors.New("it panicked")

// respond is the answer to a command, with its code for the metrics.
func (s *Service) respond(entry ledger.Entry, h nats.Header, data []byte) (*nats.Msg, string) {
	outcome, err := s.carryOut(entry, h, data)
	if err == nil {
		m, bad := answer(outcome)
		if bad == nil {
			return m, "ok"
		}
		err = bad
	}
	p, known := explain(err)
	if !known {
		id := uuid.New()
		p.Instance = id.URN()
		s.logger.Error("command failed", slog.String("command", entry.Name), slog.String("error_id", id.String()), slog.Any("error", err))
	}
	m, err := p.message()
	if err != nil {
		panic("bus: a problem cannot be encoded: " + err.Error())
	}
	return m, p.Code
}

// carryOut is the way of every command. A panic of one does not end the others.
func (s *Service) carryOut(entry ledger.Entry, h nats.Header, data []byte) (outcome ledger.Outcome, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			s.logger.Error("command panicked", slog.String("command", entry.Name), slog.Any("cause", cause), slog.String("stack", string(debug.Stack())))
			err = errPanicked
		}
	}()
	if !slices.Contains(entry.Roles, s.caller.Role) {
		return outcome, faults.Forbidden
	}
	o, err := parseOrder(entry, h, data)
	if err != nil {
		return outcome, err
	}
	book, err := s.bookOf(o)
	if err != nil {
		return outcome, err
	}
	finish, free := s.running.begin(runningKey{book, o.command.Target, o.key})
	if !free {
		return outcome, faults.InProgress
	}
	defer finish()
	ctx, cancel := context.WithTimeout(s.ctx, commandTime)
	defer cancel()
	return s.commands.Do(ctx, ledger.Request{
		Command: o.command, Book: book, Key: o.key, Actor: "nats:" + s.caller.Name, IfVersion: o.ifVersion,
	})
}
