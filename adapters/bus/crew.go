package bus

import (
	"sync"

	"github.com/nats-io/nats.go"
)

// request is a message that waits for an answer.
type request struct {
	header nats.Header
	data   []byte
	reply  string
	do     func(request)
}

// crew is workers who do what comes, and what waits for them. There is a bound to what waits: what
// cannot be done in time is better refused at once than held until nobody waits for it any more.
type crew struct {
	waiting chan request
	mu      sync.Mutex
	bytes   int // of what waits
	most    int
	stopped bool
	working sync.WaitGroup
}

// newCrew is so many workers, for whom so many requests may wait, and so many bytes. Once it has
// stopped, late does what waited.
func newCrew(workers, waiting, bytes int, late func(request)) *crew {
	c := &crew{waiting: make(chan request, waiting), most: bytes}
	for range workers {
		c.working.Go(func() {
			for r := range c.waiting {
				if c.began(r) {
					r.do(r)
				} else {
					late(r)
				}
			}
		})
	}
	return c
}

// hand gives a request to the crew. It does not wait: false says that too many do already, or that the
// crew has stopped.
func (c *crew) hand(r request) (taken, stopped bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.stopped || c.bytes+len(r.data) > c.most {
		return false, c.stopped
	}
	select {
	case c.waiting <- r:
		c.bytes += len(r.data)
		return true, false
	default:
		return false, false
	}
}

// began reports whether a request that waited is to be done.
func (c *crew) began(r request) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes -= len(r.data)
	return !c.stopped
}

// stop takes no more requests, and returns when none is at work and none waits. It may be called again.
func (c *crew) stop() {
	c.mu.Lock()
	if !c.stopped {
		c.stopped = true
		close(c.waiting)
	}
	c.mu.Unlock()
	c.working.Wait()
}
