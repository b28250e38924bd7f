package bus

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"github.com/nats-io/nats.go"

	"loanledger/adapters/internal/faults"
	"loanledger/adapters/internal/orders"
	"loanledger/domain/ledger"
)

// Many commands in one message: one a line, and one answer a line, as over HTTP at POST /v1/commands.
const (
	bulkSubject = commandPrefix + "bulk"
	// mostLines is how many lines a message may have, where messages may be as large as they usually may.
	mostLines = 500
	// lineSpace is the space in an answer that there must be for each line, in bytes: what became of it,
	// or why it was refused, and as much again.
	lineSpace = 2 << 10
)

// faultTooMany answers a message with too many lines, of which none is carried out.
var faultTooMany = &faults.Fault{Status: http.StatusRequestEntityTooLarge, Code: "too_many_commands", Title: "A message may have at most 500 commands, and fewer where messages must be small. Nothing was done."}

// bulk answers many commands.
func (s *Service) bulk(r request) {
	began := time.Now()
	m, code := s.respondToMany(r.data)
	s.meter.WithLabelValues("bulk", code).Observe(time.Since(began).Seconds())
	s.send(r.reply, m, "bulk")
}

func (s *Service) respondToMany(data []byte) (*nats.Msg, string) {
	space := int(s.conn.MaxPayload()) - headerSpace
	data = bytes.TrimRight(data, " \t\r\n")
	if bytes.Count(data, []byte("\n")) >= min(mostLines, space/lineSpace) {
		return s.refusal("bulk", faultTooMany)
	}
	answers := &gathered{left: bytes.Count(data, []byte("\n")) + 1, space: space}
	stream := orders.Stream{
		Carry: s.carryLine,
		Explain: func(_ context.Context, err error) (int, any) {
			p := s.explain("bulk", err)
			return p.Status, p
		},
		Patience: commandTime,
	}
	if err := stream.Run(s.ctx, bytes.NewReader(data), answers); err != nil {
		return s.refusal("bulk", err)
	}
	return &nats.Msg{Data: answers.lines, Header: nats.Header{"Content-Type": {"application/x-ndjson"}}}, "ok"
}

// headerSpace is for the headers of an answer, in bytes.
const headerSpace = 1 << 10

// carryLine carries one of many orders out.
func (s *Service) carryLine(ctx context.Context, o orders.Order) (ledger.Outcome, error) {
	began := time.Now()
	outcome, err := s.desk.CarryOut(ctx, s.caller.orders(), o)
	s.meter.WithLabelValues(o.Entry.Name, codeOf(err)).Observe(time.Since(began).Seconds())
	return outcome, err
}

// gathered is the answers that go into one message. Where it would be too large, lines lose the answers
// of their commands, which can be asked for again by the same keys.
type gathered struct {
	lines []byte
	left  int // lines that have no answer yet
	space int
}

// Answer adds the answer to a line.
func (g *gathered) Answer(line []byte, head int) error {
	g.left--
	if len(g.lines)+len(line)+g.left*lineSpace/2 <= g.space {
		g.lines = append(g.lines, line...)
		return nil
	}
	g.lines = append(append(g.lines, line[:head]...), `,"answer_omitted":true}`+"\n"...)
	return nil
}

// Flush has nothing to do: the message goes when all are answered.
func (g *gathered) Flush() error { return nil }
