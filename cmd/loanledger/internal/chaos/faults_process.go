package chaos

import (
	"syscall"
	"time"
)

// Faults of processes.
var (
	killWriter   = &kind{"kill_writer", 0, 200 * time.Millisecond, killing(writerRole)}
	killDesk     = &kind{"kill_desk", 0, 200 * time.Millisecond, killing(deskRole)}
	killFollower = &kind{"kill_follower", 0, 500 * time.Millisecond, killing(followerRole)}
	killKeeper   = &kind{"kill_keeper", 0, 500 * time.Millisecond, killing(keeperRole)}
	loseMachine  = &kind{"lose_machine", 200 * time.Millisecond, 2500 * time.Millisecond, func(r *round, f fault) (bool, error) {
		posts := append(r.crew.with(writerRole), r.crew.with(deskRole)...)
		p := posts[f.nr%len(posts)]
		p.database.lose(f.while)
		time.Sleep(5 * time.Millisecond) // what was about to be sent passes in half
		return true, p.kill(r.ctx, 0)
	}}
	stopProcess = &kind{"stop_process", 100 * time.Millisecond, 2500 * time.Millisecond, func(r *round, f fault) (bool, error) {
		return true, r.post(f).halt(r.ctx, f.while)
	}}
	endProcess = &kind{"end_process", 0, 200 * time.Millisecond, func(r *round, f fault) (bool, error) {
		return true, r.post(f).replace(r.ctx, f.while)
	}}
	killBroker = &kind{"kill_broker", 100 * time.Millisecond, 1500 * time.Millisecond, func(r *round, f fault) (bool, error) {
		return true, r.crew.broker.kill(r.ctx, f.while)
	}}
	stopBroker = &kind{"stop_broker", 100 * time.Millisecond, 1500 * time.Millisecond, func(r *round, f fault) (bool, error) {
		return true, r.crew.broker.replace(r.ctx, f.while)
	}}
	killPostgres  = &kind{"kill_postgres", 0, 500 * time.Millisecond, crashing(syscall.SIGKILL)}
	crashPostgres = &kind{"crash_postgres", 0, 500 * time.Millisecond, crashing(syscall.SIGQUIT)}
)

// post is the one that a fault is to hit.
func (r *round) post(f fault) *post { return r.crew.posts[f.nr%len(r.crew.posts)] }

func killing(role string) func(*round, fault) (bool, error) {
	return func(r *round, f fault) (bool, error) {
		posts := r.crew.with(role)
		return true, posts[f.nr%len(posts)].kill(r.ctx, f.while)
	}
}

// crashing ends all of Postgres at once, and starts it again.
func crashing(by syscall.Signal) func(*round, fault) (bool, error) {
	return func(r *round, f fault) (bool, error) {
		r.crashing.Lock()
		defer r.crashing.Unlock()
		if !r.working() {
			return false, nil
		}
		return true, r.database.crash(r.ctx, by, f.while)
	}
}
