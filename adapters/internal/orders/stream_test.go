package orders_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"loanledger/adapters/internal/orders"
	"loanledger/domain/ledger"

	"github.com/google/uuid"
)

// page is answers on paper.
type page struct {
	mu      sync.Mutex
	lines   []string
	flushed int
	gate    chan struct{} // each answer waits for it, where there is one
	broken  int           // the answer that cannot be written; 0 for none
}

func (p *page) Answer(line []byte, head int) error {
	if p.gate != nil {
		<-p.gate
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.broken > 0 && len(p.lines)+1 >= p.broken {
		return io.ErrClosedPipe
	}
	if !bytes.HasSuffix(line, []byte("}\n")) || head <= 0 || head >= len(line) {
		return fmt.Errorf("not a line: %q %d", line, head)
	}
	p.lines = append(p.lines, string(line))
	return nil
}

func (p *page) Flush() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flushed = len(p.lines)
	return nil
}

func (p *page) written() (lines, flushed int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.lines), p.flushed
}

// stream answers each order with its body.
func stream(carry func(context.Context, orders.Order) error) *orders.Stream {
	return &orders.Stream{
		Carry: func(ctx context.Context, o orders.Order) (ledger.Outcome, error) {
			err := carry(ctx, o)
			return ledger.Outcome{Answer: json.RawMessage(o.Body)}, err
		},
		Explain:  func(_ context.Context, err error) (int, any) { return 400, map[string]string{"error": err.Error()} },
		Patience: time.Minute,
	}
}

func target(n int) uuid.UUID { return uuid.UUID{0: 1, 15: byte(n)} }

func lineFor(target uuid.UUID, n int) string {
	return fmt.Sprintf(`{"command":"loan.repay","loan_id":%q,"body":{"n":%d}}`+"\n", target, n)
}

// Answers come in the order of the lines, and what has one target is carried out in that order, one at
// a time, while others are carried out beside it.
func TestTheOrderOfAStream(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	const lines, targets = 5000, 40
	var body strings.Builder
	var want []string
	next := make([]int, targets)
	for nr := range lines {
		to := random.IntN(targets)
		body.WriteString(lineFor(target(to), next[to]))
		want = append(want, fmt.Sprintf(`{"line":%d,"status":200,"answer":{"n":%d}}`+"\n", nr+1, next[to]))
		next[to]++
	}
	var mu sync.Mutex
	var atOnce, most atomic.Int32
	done := map[uuid.UUID]int{}
	busy := map[uuid.UUID]bool{}
	s := stream(func(_ context.Context, o orders.Order) error {
		most.Store(max(most.Load(), atOnce.Add(1)))
		defer atOnce.Add(-1)
		mu.Lock()
		if o.Target == (uuid.UUID{}) || busy[o.Target] || string(o.Body) != fmt.Sprintf(`{"n":%d}`, done[o.Target]) {
			t.Errorf("%s to %s after %d, busy %v", o.Body, o.Target, done[o.Target], busy[o.Target])
		}
		busy[o.Target] = true
		done[o.Target]++
		mu.Unlock()
		time.Sleep(time.Duration(rand.IntN(100)) * time.Microsecond)
		mu.Lock()
		busy[o.Target] = false
		mu.Unlock()
		return nil
	})
	p := &page{}
	if err := s.Run(t.Context(), strings.NewReader(body.String()), p); err != nil {
		t.Fatal(err)
	}
	if got, whole := strings.Join(p.lines, ""), strings.Join(want, ""); got != whole {
		t.Errorf("%d lines, not as they should be", len(p.lines))
	}
	if lines, flushed := p.written(); flushed != lines {
		t.Errorf("%d of %d answers were flushed", flushed, lines)
	}
	if n := most.Load(); n < targets/2 || n > targets {
		t.Errorf("%d at a time, of %d targets", n, targets)
	}
}

// endless is lines without end; it counts them.
type endless struct{ given atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	n := e.given.Add(1)
	return copy(p, lineFor(target(int(n%200)), int(n))), nil
}

// Nobody reads: after some thousands of lines no more are taken in. Then the reader goes: it ends.
func TestASenderWhoReadsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := stream(func(context.Context, orders.Order) error { return nil })
	p, in := &page{gate: make(chan struct{})}, &endless{}
	ended := make(chan error)
	go func() { ended <- s.Run(ctx, in, p) }()
	before := int64(-1)
	for now := in.given.Load(); now != before; now = in.given.Load() {
		before = now
		time.Sleep(100 * time.Millisecond)
	}
	if before < 4000 || before > 6000 {
		t.Errorf("%d lines were taken in", before)
	}
	for range 1000 {
		p.gate <- struct{}{}
	}
	for in.given.Load() < before+900 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	close(p.gate)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// An answer that cannot be written ends the stream, and what is under way is given up.
func TestAnswersThatCannotBeWritten(t *testing.T) {
	s := stream(func(ctx context.Context, o orders.Order) error {
		if string(o.Body) == `{"n":20}` {
			<-ctx.Done() // it ends because nobody waits for it
		}
		return nil
	})
	err := s.Run(t.Context(), &endless{}, &page{broken: 10})
	if !errors.Is(err, io.ErrClosedPipe) || !strings.Contains(err.Error(), "line 10") {
		t.Errorf("it ended with %v", err)
	}
}

// An answer is flushed while more lines may come, and a panic is the answer to its line only.
func TestALineAtATime(t *testing.T) {
	s := stream(func(_ context.Context, o orders.Order) error {
		if string(o.Body) == `{"n":2}` {
			panic("an invariant is broken")
		}
		return nil
	})
	from, to := io.Pipe()
	p := &page{}
	ended := make(chan error)
	go func() { ended <- s.Run(t.Context(), from, p) }()
	for n := range 5 {
		if _, err := io.WriteString(to, lineFor(target(1), n)); err != nil {
			t.Fatal(err)
		}
		for began := time.Now(); ; time.Sleep(time.Millisecond) {
			if _, flushed := p.written(); flushed == n+1 {
				break
			}
			if time.Since(began) > 10*time.Second {
				t.Fatalf("answer %d does not come", n+1)
			}
		}
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil || !strings.Contains(p.lines[2], `"line":3,"status":400,"problem":{"error":"line 3 panicked`) {
		t.Errorf("%v, %q", err, p.lines)
	}
}

type nothing struct{}

func (nothing) Answer([]byte, int) error { return nil }
func (nothing) Flush() error             { return nil }

// Every command has its time, also long after the stream began.
func TestTheTimeOfACommand(t *testing.T) {
	const patience = 80 * time.Millisecond
	s := stream(func(ctx context.Context, o orders.Order) error {
		began := time.Now()
		if string(o.Body) == `{"n":1}` {
			time.Sleep(patience) // one that makes the next ones late
		}
		<-ctx.Done()
		if took := time.Since(began); took < patience || took > patience+5*time.Second {
			t.Errorf("%s was given up after %v", o.Body, took)
		}
		return ctx.Err()
	})
	s.Patience = patience
	var body strings.Builder
	for n := range 6 {
		body.WriteString(lineFor(target(1), n))
	}
	p := &page{}
	if err := s.Run(t.Context(), strings.NewReader(body.String()), p); err != nil || len(p.lines) != 6 {
		t.Errorf("%d answers, %v", len(p.lines), err)
	}
	for _, line := range p.lines {
		if !strings.Contains(line, context.DeadlineExceeded.Error()) {
			t.Errorf("answered %s", line)
		}
	}
}
