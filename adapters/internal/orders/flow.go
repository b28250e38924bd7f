package orders

import (
	"sync"

	"github.com/google/uuid"
)

// flow carries jobs out side by side, those of one lane in the order in which they came.
type flow struct {
	carry func(*job)
	most  int // at a time

	mu          sync.Mutex
	lanes       map[lane]*job // the last job of each lane that has one
	first, last *job          // of those that wait for a worker
	atWork      int
	idle        sync.Cond // nothing is at work
}

// lane is what must be done one after another: what has one target, or creates under one key. The zero
// value is no lane.
type lane struct {
	target uuid.UUID
	key    string
}

// newFlow carries out so many jobs at a time.
func newFlow(most int, carry func(*job)) *flow {
	f := &flow{carry: carry, most: most, lanes: map[lane]*job{}}
	f.idle.L = &f.mu
	return f
}

// put gives a job to a worker, or lets it wait for one, or for the job before it in its lane.
func (f *flow) put(j *job) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if j.lane != (lane{}) {
		before := f.lanes[j.lane]
		f.lanes[j.lane] = j
		if before != nil {
			before.next = j
			return
		}
	}
	switch {
	case f.atWork < f.most:
		f.atWork++
		workers.hand(task{f, j})
	case f.last == nil:
		f.first, f.last = j, j
	default:
		f.last.waiting, f.last = j, j
	}
}

// work carries a job out, and answers the one that is to follow it; nil when none waits.
func (f *flow) work(j *job) *job {
	f.carry(j)
	next := f.leave(j)
	j.done <- struct{}{} // from here on the job is somebody else's
	return next
}

// leave is the job that comes to its turn when one is done: the next one of its lane, or the one that
// has waited longest.
func (f *flow) leave(j *job) *job {
	f.mu.Lock()
	defer f.mu.Unlock()
	if j.lane != (lane{}) {
		if j.next != nil {
			return j.next
		}
		delete(f.lanes, j.lane)
	}
	if next := f.first; next != nil {
		if f.first = next.waiting; f.first == nil {
			f.last = nil
		}
		return next
	}
	if f.atWork--; f.atWork == 0 {
		f.idle.Broadcast()
	}
	return nil
}

// end returns when everything is done. Nothing may be put any more.
func (f *flow) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for f.atWork > 0 {
		f.idle.Wait()
	}
}
