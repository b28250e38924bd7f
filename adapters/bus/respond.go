package bus

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"slices"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"loanledger/adapters/internal/faults"
	"loanledger/domain/ledger"
)

// take hands a request to those who do it, or refuses it at once.
func (s *Service) take(c *crew, r request) {
	switch taken, stopped := c.hand(r); {
	case stopped:
		s.late(r)
	case !taken:
		m, _ := s.refusal("", faults.Busy)
		s.send(r.reply, m, "")
	}
}

// late answers a request for which there is no time left.
func (s *Service) late(r request) {
	m, _ := s.refusal("", faultStopping)
	s.send(r.reply, m, "")
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
	return s.refusal(entry.Name, err)
}

// refusal is an error as an answer, with its code.
func (s *Service) refusal(command string, err error) (*nats.Msg, string) {
	p := s.explain(command, err)
	m, err := p.message()
	if err != nil {
		panic("bus: a problem cannot be encoded: " + err.Error())
	}
	return m, p.Code
}

// explain is what an error is answered with. What nobody foresaw is logged.
func (s *Service) explain(command string, err error) problem {
	p, known := explain(err)
	if !known {
		id := uuid.New()
		p.Instance = id.URN()
		s.logger.Error("command failed", slog.String("command", command), slog.String("error_id", id.String()), slog.Any("error", err))
	}
	return p
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
	c := s.caller.orders()
	book, err := s.desk.BookOf(c, o.command, o.lender)
	if err != nil {
		return outcome, err
	}
	ctx, cancel := context.WithTimeout(s.ctx, commandTime)
	defer cancel()
	return s.desk.Do(ctx, c, ledger.Request{Command: o.command, Book: book, Key: o.key, IfVersion: o.ifVersion})
}
