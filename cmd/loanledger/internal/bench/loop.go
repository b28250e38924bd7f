package bench

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// operation does something once, and tells the meter.
type operation func(context.Context, *meter) error

// meter counts what one worker does while the measuring lasts; what ends before or after is left out.
type meter struct {
	from, until time.Time
	count       int64
	latencies   histogram
}

// done counts one thing that was done, and the time since it was begun.
func (m *meter) done(began time.Time) {
	if now := time.Now(); !now.Before(m.from) && now.Before(m.until) {
		m.count++
		m.latencies.add(now.Sub(began))
	}
}

// longestWarmUp is how long workers run before they are measured, at most.
const longestWarmUp = 300 * time.Millisecond

func warmUp(lasting time.Duration) time.Duration { return min(lasting/2, longestWarmUp) }

// longestWait is how long a window may be in which nothing was done, before that is an error.
const longestWait = 10 * time.Second

// closedLoop lets workers do operations one after another, each worker its own, for so long. Where the
// machine is so busy that none of them comes to an end, it goes on with a longer window. Any error
// ends it.
func closedLoop(ctx context.Context, workers int, lasting time.Duration, work func(worker int) operation) (stretch, error) {
	operations := make([]operation, workers)
	for w := range operations {
		operations[w] = work(w)
	}
	for {
		s, err := window(ctx, lasting, operations)
		if err != nil || s.count > 0 || lasting > longestWait {
			return s, err
		}
		lasting *= 4
	}
}

// window measures for so long, after a warm-up.
func window(ctx context.Context, lasting time.Duration, operations []operation) (stretch, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	from := time.Now().Add(warmUp(lasting))
	until := from.Add(lasting)
	meters := make([]meter, len(operations))
	var failed atomic.Int64
	var running sync.WaitGroup
	for w, do := range operations {
		m := &meters[w]
		m.from, m.until = from, until
		running.Go(func() {
			for time.Now().Before(until) && ctx.Err() == nil {
				if err := do(ctx, m); err != nil {
					failed.Add(1)
					cancel(err)
				}
			}
		})
	}
	cpu := cpuBetween(ctx, from, until)
	running.Wait()
	if err := context.Cause(ctx); err != nil {
		if failed.Load() == 0 {
			return stretch{}, err // broken off from outside
		}
		return stretch{}, fmt.Errorf("operations failed, %d of them, first: %w", failed.Load(), err)
	}
	s := stretch{took: lasting, cpu: cpu}
	for i := range meters {
		s.count += meters[i].count
		s.latencies.merge(&meters[i].latencies)
	}
	return s, nil
}

// cpuBetween waits until the second moment, and is the processor time of this process between both.
func cpuBetween(ctx context.Context, from, until time.Time) time.Duration {
	sleepUntil(ctx, from)
	before := cpuTime()
	sleepUntil(ctx, until)
	return cpuTime() - before
}

func sleepUntil(ctx context.Context, moment time.Time) {
	left := time.Until(moment)
	if left <= 0 {
		return
	}
	select {
	case <-time.After(left):
	case <-ctx.Done():
	}
}

// cpuTime is the processor time that this process has taken so far.
func cpuTime() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		panic("bench: the processor time of this process: " + err.Error())
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// passes does a whole thing over and over, at least once and for so long. A pass answers how much it
// did, and how long that took of the time since it was called.
func passes(lasting time.Duration, pass func() (int64, time.Duration, error)) (stretch, error) {
	var s stretch
	for s.took < lasting || s.count == 0 {
		cpu := cpuTime()
		n, took, err := pass()
		if err != nil {
			return stretch{}, err
		}
		if n == 0 || took <= 0 {
			return stretch{}, fmt.Errorf("a pass did %d in %v", n, took)
		}
		s.count, s.took, s.cpu = s.count+n, s.took+took, s.cpu+cpuTime()-cpu
		s.latencies.add(took)
	}
	return s, nil
}
