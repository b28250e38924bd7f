package orders

import (
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
)

// flow carries jobs out side by side, those of one lane in the order in which they came.
type flow struct {
	carry func(*job)
	ready chan *job // that wait for a worker; with room for every job that may be under way

	mu    sync.Mutex
	lanes map[lane]*job // the last job of each lane that has one

	started int // workers; only put knows
	most    int
	idle    atomic.Int32
	working sync.WaitGroup
}

// lane is what must be done one after another: what has one target, or creates under one key. The zero
// value is no lane.
type lane struct {
	target uuid.UUID
	key    string
}

// newFlow has so many workers at most, for so many jobs under way.
func newFlow(workers, underWay int, carry func(*job)) *flow {
	return &flow{carry: carry, ready: make(chan *job, underWay), lanes: map[lane]*job{}, most: workers}
}

// put gives a job to a worker, or lets it wait for the one before it. Only one goroutine puts.
func (f *flow) put(j *job) {
	if j.lane != (lane{}) {
		f.mu.Lock()
		last := f.lanes[j.lane]
		f.lanes[j.lane] = j
		if last != nil {
			last.next = j
		}
		f.mu.Unlock()
		if last != nil {
			return
		}
	}
	f.ready <- j
	if f.started < f.most && int(f.idle.Load()) < len(f.ready) {
		f.started++
		f.working.Go(f.work)
	}
}

// end returns when everything is done. Nothing may be put any more.
func (f *flow) end() {
	close(f.ready)
	f.working.Wait()
}

func (f *flow) work() {
	for {
		f.idle.Add(1)
		j, more := <-f.ready
		f.idle.Add(-1)
		if !more {
			return
		}
		for j != nil {
			f.carry(j)
			next := f.leave(j)
			j.done <- struct{}{} // from here on the job is somebody else's
			j = next
		}
	}
}

// leave is the job that comes next in the lane of one that is done.
func (f *flow) leave(j *job) *job {
	if j.lane == (lane{}) {
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	next := j.next
	j.next = nil
	if next == nil {
		delete(f.lanes, j.lane)
	}
	return next
}
