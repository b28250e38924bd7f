package orders

import (
	"context"
	"fmt"
	"time"
)

// Answers is where answers go. An error ends the stream.
type Answers interface {
	// Answer takes the answer to a line, with the new line at its end. Its first head bytes say what
	// became of the command, without the command's own answer.
	Answer(line []byte, head int) error
	// Flush is called when there may be no more for a while.
	Flush() error
}

// flushAfter is how long an answer waits for more that go with it.
const flushAfter = time.Millisecond

// writer gives answers away in the order of their lines.
type writer struct {
	out    Answers
	linger *time.Timer
	last   int  // line that was answered
	held   bool // there are answers that are not flushed
	cancel context.CancelFunc
	failed error
}

// write gives away what comes. When nobody takes it, it lets the rest go by.
func (w *writer) write(ctx context.Context, ordered <-chan *job) {
	defer w.linger.Stop()
	for {
		j, more := await(w, ordered)
		if !more {
			w.flush()
			return
		}
		await(w, j.done)
		if w.failed == nil && ctx.Err() == nil {
			w.last = j.nr
			w.note(w.out.Answer(j.answer, j.head))
			if !w.held {
				w.held = true
				w.linger.Reset(flushAfter)
			}
		}
		if len(ordered) == 0 {
			w.flush()
		}
		j.free()
	}
}

// await waits for what comes, and does not let answers wait with it for long.
func await[T any](w *writer, from <-chan T) (T, bool) {
	if w.held {
		select {
		case v, more := <-from:
			return v, more
		case <-w.linger.C:
			w.flush()
		}
	}
	v, more := <-from
	return v, more
}

func (w *writer) flush() {
	if w.held && w.failed == nil {
		w.note(w.out.Flush())
	}
	w.held = false
}

// note ends the stream after an error.
func (w *writer) note(err error) {
	if err != nil && w.failed == nil {
		w.failed = fmt.Errorf("the answers up to line %d: %w", w.last, err)
		w.cancel()
	}
}
