package chaos

import (
	"errors"
	"time"
)

// Faults between a process and Postgres, or the broker.
var (
	cutConnections = &kind{"cut_connections", 0, 0, func(r *round, f fault) error {
		if r.post(f).database.cut() == 0 {
			return mishap{errors.New("there is no connection")}
		}
		return nil
	}}
	loseAnswers = &kind{"lose_answers", 20 * time.Millisecond, time.Second, func(r *round, f fault) error {
		x := r.post(f).database
		x.set(weather{mute: true})
		pause(r.ctx, f.while)
		x.cut() // first: what follows on a lost answer makes no sense
		x.set(weather{})
		return nil
	}}
	tearConnection = &kind{"tear_connection", 300 * time.Millisecond, 300 * time.Millisecond, func(r *round, f fault) error {
		x := r.post(f).database
		x.set(weather{torn: true})
		pause(r.ctx, f.while)
		x.set(weather{})
		return nil
	}}
	slowConnection = &kind{"slow_connection", 300 * time.Millisecond, 1500 * time.Millisecond, func(r *round, f fault) error {
		x := r.post(f).database
		x.set(weather{delay: time.Duration(1+f.seed%20) * time.Millisecond})
		pause(r.ctx, f.while)
		x.set(weather{})
		return nil
	}}
	freezeConnection = &kind{"freeze_connection", 200 * time.Millisecond, 4 * time.Second, freezing}
	// Longer than a caller who has given up waits for an append under way.
	freezeLong = &kind{"freeze_long", 5500 * time.Millisecond, 7 * time.Second, freezing}
	cutBroker  = &kind{"cut_broker", 50 * time.Millisecond, time.Second, func(r *round, f fault) error {
		x := r.crew.toNATS
		x.set(weather{frozen: true})
		pause(r.ctx, f.while)
		x.cut()
		x.set(weather{})
		return nil
	}}
)

// freezing lets nothing pass for a while, and then all that had waited, or nothing of it.
func freezing(r *round, f fault) error {
	x := r.post(f).database
	x.set(weather{frozen: true})
	pause(r.ctx, f.while)
	if f.seed%2 == 0 {
		x.cut()
	}
	x.set(weather{})
	return nil
}
