package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nuid"
)

// errBroken: a run ended before its end, or its end was not confirmed. How far it came has to be
// looked up in the stream.
var errBroken = errors.New("the broker did not take the whole run")

// errOverlap: the stream had moved on from where the run was to begin. Nothing of it was stored.
var errOverlap = errors.New("the stream does not end where the run begins")

// errDouble: the broker knows the first message already and has stored nothing of the run.
var errDouble = errors.New("the first message is there already")

// How a run is sent.
const (
	// window is how many messages may be on their way without a receipt.
	window = 2000
	// receiptEvery is how seldom the broker may send receipts; it takes less where it wants to.
	receiptEvery = 500
	// patience is how long a receipt may take. Messages that nobody received a receipt for are looked
	// up in the stream.
	patience = 5 * time.Second
)

// The operations of fast batch publishing, and its mode in which a missing message ends the run.
const (
	opFirst  = "0"
	opNext   = "1"
	opLast   = "2"
	modeFail = "fail"
	suffix   = "$FI"
)

// line is a publisher's way to the broker: messages out, receipts back.
type line struct {
	conn  *nats.Conn
	inbox string
	in    *nats.Subscription
}

func openLine(conn *nats.Conn) (*line, error) {
	inbox := conn.NewInbox()
	in, err := conn.SubscribeSync(inbox + ".>")
	if err != nil {
		return nil, err
	}
	return &line{conn: conn, inbox: inbox, in: in}, nil
}

// close gives the subscription back; a connection that is gone has none.
func (l *line) close() { _ = l.in.Unsubscribe() }

// run is a sequence of messages that the broker stores in its order, from the first one on and up to
// the first one that it misses or refuses. It begins only where the lender's messages end at a
// sequence of the stream.
type run struct {
	line     *line
	prefix   string // of the replies: where receipts come to
	subjects string
	fence    uint64
	sent     uint64
	received uint64
	refusal  error // of a message in the middle; the end of the run follows it
}

func (l *line) begin(subjects string, fence uint64) *run {
	return &run{
		line: l, subjects: subjects, fence: fence,
		prefix: l.inbox + "." + nuid.Next() + "." + strconv.Itoa(receiptEvery) + "." + modeFail + ".",
	}
}

// send sends the next message; the last one of the run commits it. It waits while the window is full.
func (r *run) send(ctx context.Context, m *nats.Msg, last bool) error {
	for r.sent-r.received >= window {
		if _, ended, err := r.receive(ctx); err != nil || ended {
			if err == nil {
				err = errors.Join(errBroken, r.refusal)
			}
			return err
		}
	}
	r.sent++
	op := opNext
	if r.sent == 1 {
		op = opFirst
		m.Header[jetstream.ExpectedLastSubjSeqHeader] = []string{strconv.FormatUint(r.fence, 10)}
		m.Header[jetstream.ExpectedLastSubjSeqSubjHeader] = []string{r.subjects}
	}
	if last {
		op = opLast
	}
	m.Reply = r.prefix + strconv.FormatUint(r.sent, 10) + "." + op + "." + suffix
	return r.line.conn.PublishMsg(m)
}

// finish waits until the broker has stored the whole run, and answers the sequence of its last
// message in the stream. Errors: errBroken, errOverlap, errDouble.
func (r *run) finish(ctx context.Context) (last uint64, err error) {
	for {
		a, ended, err := r.receive(ctx)
		if err != nil {
			return 0, err
		}
		if !ended {
			continue
		}
		if a.Count != r.sent {
			return 0, errors.Join(fmt.Errorf("%w: %d of %d messages", errBroken, a.Count, r.sent), r.refusal)
		}
		return a.Sequence, nil
	}
}

// receipt is whatever the broker says about a run.
type receipt struct {
	Type      string              `json:"type"` // ack, gap or err; empty at the end of the run
	Stream    string              `json:"stream"`
	Sequence  uint64              `json:"seq"` // of the run in a receipt, of the stream at its end
	Count     uint64              `json:"count"`
	Duplicate bool                `json:"duplicate"`
	Error     *jetstream.APIError `json:"error"`
}

// receive takes one receipt of the run; ended with the last one.
func (r *run) receive(ctx context.Context) (a receipt, ended bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		m, err := r.line.in.NextMsgWithContext(ctx)
		if err != nil {
			return a, false, fmt.Errorf("%w: no receipt: %w", errBroken, err)
		}
		if !strings.HasPrefix(m.Subject, r.prefix) {
			continue // of a run before this one
		}
		if m.Header.Get("Status") == "503" {
			return a, false, fmt.Errorf("%w: %w", errBroken, jetstream.ErrNoStreamResponse)
		}
		a = receipt{}
		if err := json.Unmarshal(m.Data, &a); err != nil {
			return a, false, fmt.Errorf("%w: a receipt that cannot be read", errBroken)
		}
		switch {
		case a.Type == "ack":
			r.received = a.Sequence
			return a, false, nil
		case a.Type == "err" && a.Error != nil:
			r.refusal = a.Error
			return a, false, nil
		case a.Type != "":
			return a, false, nil
		case a.Error != nil && overlaps(a.Error.ErrorCode):
			return a, true, fmt.Errorf("%w: %w", errOverlap, a.Error)
		case a.Error != nil:
			return a, true, fmt.Errorf("%w: %w", errBroken, a.Error)
		case a.Duplicate:
			return a, true, errDouble
		}
		return a, true, nil
	}
}

// overlaps reports whether a refusal is about the sequence that the run was to begin at.
func overlaps(code jetstream.ErrorCode) bool {
	return code == jetstream.JSErrCodeStreamWrongLastSequence || code == jetstream.JSErrCodeStreamWrongLastSequenceConstant
}
