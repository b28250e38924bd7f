package chaos

import (
	"errors"
	"syscall"
	"time"
)

// Faults of processes.
var (
	killWriter   = &kind{"kill_writer", 0, 200 * time.Millisecond, killing(writerRole)}
	killDesk     = &kind{"kill_desk", 0, 200 * time.Millisecond, killing(deskRole)}
	killFollower = &kind{"kill_follower", 0, 500 * time.Millisecond, killing(followerRole)}
	killKeeper   = &kind{"kill_keeper", 0, 500 * time.Millisecond, killing(keeperRole)}
	loseMachine  = &kind{"lose_machine", 200 * time.Millisecond, 2500 * time.Millisecond, func(r *round, f fault) error {
		posts := append(r.crew.with(writerRole), r.crew.with(deskRole)...)
		p := posts[f.nr%len(posts)]
		p.database.lose(f.while)
		time.Sleep(5 * time.Millisecond) // what was about to be sent passes in half
		return p.kill(r.ctx, 0)
	}}
	stopProcess = &kind{"stop_process", 100 * time.Millisecond, 2500 * time.Millisecond, func(r *round, f fault) error {
		return r.post(f).halt(r.ctx, f.while)
	}}
	// Longer than a process that says nothing may keep what it holds, so that another one takes over
	// before it goes on.
	stopLong = &kind{"stop_long", 6500 * time.Millisecond, 8 * time.Second, func(r *round, f fault) error {
		posts := append(r.crew.with(followerRole), r.crew.with(keeperRole)...)
		return posts[f.nr%len(posts)].halt(r.ctx, f.while)
	}}
	endProcess = &kind{"end_process", 0, 200 * time.Millisecond, func(r *round, f fault) error {
		return r.post(f).replace(r.ctx, f.while)
	}}
	killBroker = &kind{"kill_broker", 100 * time.Millisecond, 1500 * time.Millisecond, func(r *round, f fault) error {
		return r.crew.broker.kill(r.ctx, f.while)
	}}
	stopBroker = &kind{"stop_broker", 100 * time.Millisecond, 1500 * time.Millisecond, func(r *round, f fault) error {
		return r.crew.broker.replace(r.ctx, f.while)
	}}
	killPostgres  = &kind{"kill_postgres", 0, 500 * time.Millisecond, crashing(syscall.SIGKILL)}
	crashPostgres = &kind{"crash_postgres", 0, 500 * time.Millisecond, crashing(syscall.SIGQUIT)}
)

// mishap is why a fault could not happen: others go on meanwhile, and may have been before it.
type mishap struct{ error }

// errTooLate: the round is over.
var errTooLate = mishap{errors.New("the callers rest already")}

// post is the one that a fault is to hit.
func (r *round) post(f fault) *post { return r.crew.posts[f.nr%len(r.crew.posts)] }

func killing(role string) func(*round, fault) error {
	return func(r *round, f fault) error {
		posts := r.crew.with(role)
		return posts[f.nr%len(posts)].kill(r.ctx, f.while)
	}
}

// crashing ends all of Postgres at once, and starts it again.
func crashing(by syscall.Signal) func(*round, fault) error {
	return func(r *round, f fault) error {
		r.crashing.Lock()
		defer r.crashing.Unlock()
		if !r.working() {
			return errTooLate
		}
		return r.database.crash(r.ctx, by, f.while)
	}
}
