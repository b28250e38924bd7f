package orders

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"time"

	"loanledger/adapters/internal/faults"
	"loanledger/domain/ledger"

	"github.com/google/uuid"
	"golang.org/x/sync/semaphore"
)

// Bounds of one stream. A sender who does not read the answers can still send mostUnanswered lines; then
// no more are read until the sender reads.
const (
	sideBySide     = 128     // commands at a time: as many as fill the batches of the log
	mostUnanswered = 4096    // lines
	mostWaiting    = 4 << 20 // bytes of lines that wait to be carried out
)

// Stream carries many commands out. Commands to one target are carried out in the order of their lines,
// others at the same time; the answers come in the order of the lines.
type Stream struct {
	Carry func(context.Context, Order) (ledger.Outcome, error)
	// Explain is what an error is answered with: its status, as HTTP has it, and a value for JSON.
	Explain  func(context.Context, error) (status int, problem any)
	Patience time.Duration // how long one command may take, at least
}

// job is a line on its way to its answer.
type job struct {
	nr      int
	order   Order
	size    int64
	lane    lane
	next    *job // of the same lane
	waiting *job // for a worker, after this one
	answer  []byte
	head    int
	done    chan struct{}
}

var jobs = sync.Pool{New: func() any { return &job{done: make(chan struct{}, 1)} }}

// largestKept is up to how many bytes the memory of an answer is used again.
const largestKept = 16 << 10

// free lets the job be used again, after its answer was taken.
func (j *job) free() {
	if cap(j.answer) > largestKept {
		j.answer = nil
	}
	*j = job{answer: j.answer[:0], done: j.done}
	jobs.Put(j)
}

// run is a stream under way.
type run struct {
	*Stream
	ctx     context.Context
	limit   *limit
	flow    *flow
	waiting *semaphore.Weighted // bytes
	ordered chan *job
}

// Run carries out the lines that it reads until they end, and returns when all are answered. Once the
// context ends, what is left is neither begun nor answered. Errors: those of Answers.
func (s *Stream) Run(ctx context.Context, in io.Reader, out Answers) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &run{Stream: s, ctx: ctx, limit: &limit{parent: ctx, patience: s.Patience}, waiting: semaphore.NewWeighted(mostWaiting), ordered: make(chan *job, mostUnanswered)}
	r.flow = newFlow(sideBySide, r.carry)
	w := &writer{out: out, linger: time.NewTimer(flushAfter), cancel: cancel}
	var writing sync.WaitGroup
	writing.Go(func() { w.write(ctx, r.ordered) })
	lines := NewLines(in)
	defer lines.Free()
	r.read(lines)
	r.flow.end()
	r.limit.end()
	close(r.ordered)
	writing.Wait()
	return w.failed
}

// read puts the lines on their way until they end.
func (r *run) read(from *Lines) {
	for {
		nr, data, err := from.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		j := jobs.Get().(*job)
		j.nr, j.size = nr, int64(len(data))
		if err == nil {
			j.order, err = ParseLine(data)
		}
		if err == nil {
			err = r.waiting.Acquire(r.ctx, j.size)
		}
		if err != nil {
			r.refuse(j, err)
			j.done <- struct{}{}
		}
		select {
		case r.ordered <- j:
		case <-r.ctx.Done():
			return
		}
		switch {
		case errors.Is(err, faults.Unread):
			return
		case err == nil:
			j.lane = laneOf(&j.order)
			r.flow.put(j)
		}
	}
}

// laneOf is the target's. An application has no target: it goes by its key.
func laneOf(o *Order) lane {
	if o.Target != uuid.Nil {
		return lane{target: o.Target}
	}
	return lane{key: o.Key}
}

// carry makes the answer to a line.
func (r *run) carry(j *job) {
	defer r.waiting.Release(j.size)
	outcome, err := r.attempt(j)
	if err == nil {
		j.begin(StatusOf(j.order.Entry), outcome.Replayed)
		j.answer, err = AppendJSON(append(j.answer, `,"answer":`...), outcome.Answer)
	}
	if err != nil {
		r.refuse(j, err)
		return
	}
	j.answer = append(j.answer, "}\n"...)
}

// attempt carries an order out. A panic of one does not end the others.
func (r *run) attempt(j *job) (outcome ledger.Outcome, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("line %d panicked: %v", j.nr, cause)
		}
	}()
	return r.Carry(r.limit.context(), j.order)
}

func (r *run) refuse(j *job, err error) {
	status, problem := r.Explain(r.ctx, err)
	j.begin(status, false)
	if j.answer, err = AppendJSON(append(j.answer, `,"problem":`...), problem); err != nil {
		panic("orders: a problem cannot be encoded: " + err.Error())
	}
	j.head = len(j.answer) // why a line was refused belongs to what became of it
	j.answer = append(j.answer, "}\n"...)
}

// begin writes what became of a line.
func (j *job) begin(status int, replayed bool) {
	b := strconv.AppendInt(append(j.answer[:0], `{"line":`...), int64(j.nr), 10)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(status), 10)
	if replayed {
		b = append(b, `,"replayed":true`...)
	}
	j.answer, j.head = b, len(b)
}
