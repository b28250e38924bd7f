package orders

import "sync"

// crew is the goroutines that carry out the jobs of all flows, in the order in which those come to
// their turn. They are few and stay: deciding takes a deep stack, and a new goroutine for every command
// would spend more time growing its stack than deciding.
type crew struct {
	mu      sync.Mutex
	free    []*worker // the one that was at work last comes first: its stack is still deep
	started int
	waiting []task // none when there is a worker who is free
	served  int    // of those that waited; they are still in front of the others
}

type worker struct{ tasks chan task }

// task is a job whose turn has come in its flow.
type task struct {
	flow *flow
	job  *job
}

// mostWorkers is how many jobs of all flows are carried out at a time. More would not make the batches
// of the log cheaper.
const mostWorkers = 256

// workers is the crew of the process.
var workers crew

// hand gives a task to a worker who is free, or to a new one, or lets it wait.
func (c *crew) hand(t task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch n := len(c.free); {
	case n > 0:
		w := c.free[n-1]
		c.free = c.free[:n-1]
		w.tasks <- t // there is room: who is free has no task
	case c.started < mostWorkers:
		c.started++
		go c.work(&worker{make(chan task, 1)}, t)
	default:
		c.waiting = append(c.waiting, t)
	}
}

// work carries out one task after another, for ever.
func (c *crew) work(w *worker, t task) {
	for {
		next := t.flow.work(t.job)
		if t = c.turn(w, task{t.flow, next}); t.job == nil {
			t = <-w.tasks
		}
	}
}

// turn is what a worker does after a task: what has waited longest, which may be what follows in the
// same flow. Without anything, the worker is free.
func (c *crew) turn(w *worker, next task) (t task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case len(c.waiting) == c.served && next.job != nil:
		return next
	case len(c.waiting) == c.served:
		c.free = append(c.free, w)
		return task{}
	}
	t = c.waiting[c.served]
	c.waiting[c.served] = task{}
	if c.served++; next.job != nil {
		c.waiting = append(c.waiting, next)
	}
	if c.served == len(c.waiting) || c.served > mostWorkers {
		rest := copy(c.waiting, c.waiting[c.served:])
		clear(c.waiting[rest:])
		c.waiting, c.served = c.waiting[:rest], 0
	}
	return t
}
