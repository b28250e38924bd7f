package orders

import "sync"

// crew is goroutines that go from one flow to another. Deciding takes a deep stack, and a goroutine of
// its own for each command would spend more time growing it than deciding.
type crew struct {
	mu   sync.Mutex
	free []*worker // the one that was at work last comes first
}

type worker struct{ tasks chan task }

// task is a job, and the flow that it belongs to.
type task struct {
	flow *flow
	job  *job
}

// mostFree is how many goroutines wait for work; more of them end.
const mostFree = 256

// workers is the crew of all flows of the process.
var workers crew

// hand gives a task to a worker who is free, or to a new one.
func (c *crew) hand(t task) {
	c.mu.Lock()
	if n := len(c.free); n > 0 {
		w := c.free[n-1]
		c.free = c.free[:n-1]
		c.mu.Unlock()
		w.tasks <- t
		return
	}
	c.mu.Unlock()
	go c.work(&worker{make(chan task, 1)}, t)
}

func (c *crew) work(w *worker, t task) {
	for {
		t.flow.work(t.job)
		c.mu.Lock()
		if len(c.free) == mostFree {
			c.mu.Unlock()
			return
		}
		c.free = append(c.free, w)
		c.mu.Unlock()
		t = task{} // an idle worker holds nothing
		t = <-w.tasks
	}
}
