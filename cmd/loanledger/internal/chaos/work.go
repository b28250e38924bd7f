package chaos

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// callers is how many orders the processes of a role are given at a time, each.
var callers = map[string]int{writerRole: 8, deskRole: 6}

// callersOf is how many callers there are for a role.
func callersOf(role string) int {
	for _, size := range crewSize {
		if size.role == role {
			return size.count * callers[role]
		}
	}
	return 0
}

// hurriedCallers is how many callers one writer has beside who do not wait between their orders.
const hurriedCallers = 20

// betweenOrders is how long a caller waits at most before the next order, so that checking does not
// take longer than working.
const betweenOrders = 4 * time.Millisecond

// work has the callers and the faults at it for a time.
func (r *round) work(span time.Duration) {
	r.journal.began = time.Now()
	r.until = r.journal.began.Add(span)
	r.tell("round %d: %s, seed %d", r.nr, span, r.Seed)
	writers, desks := r.crew.with(writerRole), r.crew.with(deskRole)
	for caller := range callersOf(writerRole) {
		r.callers.Go(func() {
			p := writers[caller%len(writers)]
			r.call(p, chance(r.Seed, "pace", r.nr, caller), betweenOrders, func(n int) order { return r.script.order(caller, n) })
		})
	}
	for caller := range hurriedCallers {
		r.callers.Go(func() {
			p, slow := writers[0], time.Duration(0)
			if caller == 0 { // somebody else comes between now and then
				p, slow = writers[1], 200*time.Millisecond
			}
			r.call(p, chance(r.Seed, "pace hurry", r.nr, caller), slow, func(n int) order { return r.script.hurried(caller, n) })
		})
	}
	for caller := range callersOf(deskRole) {
		random := chance(r.Seed, "borrowing", r.nr, caller)
		r.callers.Go(func() {
			p := desks[caller%len(desks)]
			r.call(p, chance(r.Seed, "pace desk", r.nr, caller), betweenOrders, func(n int) order { return r.borrowing.next(random, caller, n) })
		})
	}
	if !r.peace {
		for _, f := range planOf(r.Seed, r.nr, span) {
			r.faults.Go(func() { r.happen(f) })
		}
	}
	pause(r.ctx, time.Until(r.until))
	r.faults.Wait()
	r.crew.calm()
	for until := time.Now().Add(startWithin); ; {
		err := r.configure(usualCommits...)
		if err == nil || r.ctx.Err() != nil {
			return
		}
		if time.Now().After(until) {
			r.violate("settling", "the database is not back %s after the last fault: %v", startWithin, err)
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// call gives a post one order after the other.
func (r *round) call(p *post, luck *rand.Rand, pace time.Duration, next func(n int) order) {
	for n := 0; r.working() && r.ctx.Err() == nil; n++ {
		t, err := r.give(p, next(n))
		if err != nil {
			return
		}
		r.borrowing.learn(t)
		rest := time.Duration(luck.Int64N(int64(pace) + 1))
		if t.lost || t.answer.Status == unclear || t.answer.Code == failedCode {
			rest += time.Duration(luck.Int64N(int64(afterFailure)))
		}
		pause(r.ctx, rest)
	}
}

// afterFailure is how much longer a caller waits after an order that failed: while the database is
// away, all of them do.
const afterFailure = 250 * time.Millisecond

// working says whether there is still time for a fault to begin.
func (r *round) working() bool { return time.Now().Before(r.until) }

// give gives an order to whoever fills a post.
func (r *round) give(p *post, o order) (*try, error) {
	current, err := p.process(r.ctx)
	if err != nil {
		return nil, err
	}
	return r.journal.give(current, p.name, o), nil
}

// happen lets a fault happen when its time has come.
func (r *round) happen(f fault) {
	select {
	case <-time.After(f.at - time.Since(r.journal.began)):
	case <-r.ctx.Done():
		return
	}
	began := time.Now()
	err := f.kind.do(r, f)
	if errors.As(err, &mishap{}) {
		r.tell("%s did not happen: %v", f.kind.name, err)
		return
	}
	if err != nil {
		if r.ctx.Err() == nil {
			r.violate("the fault itself", "%s: %v", f.kind.name, err)
		}
		return
	}
	r.tell("%s for %.2f s, over after %.2f s", f.kind.name, f.while.Seconds(), time.Since(began).Seconds())
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report.Faults++
	r.report.ByKind[f.kind.name]++
}

// pause waits, or not, if the context ends first.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
