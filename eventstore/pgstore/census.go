package pgstore

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// patience is how long a process that has its part of the cursors leaves a free one to others.
	patience = 3 * time.Second
	// settledFor is how long a cursor is not given away again that nobody took while it was free.
	settledFor = 20 * time.Second
)

// ServingPrefix is how the application_name of a pool begins whose process serves: the rest must
// tell it from every other process. When such a process no longer keeps its session for cursors
// alive, the others end the transactions that it left open.
const ServingPrefix = "loanledger serve "

// aliveLock is the key of the advisory lock that the keepers of all processes share.
var aliveLock = advisoryKey([]byte("keeper"))

// sayWanted shares the lock of each name of which a cursor is wanted or held.
func (r *round) sayWanted(ctx context.Context) error {
	names := map[string]bool{}
	r.keeper.mu.Lock()
	for key, s := range r.keeper.seats {
		if s.locked || len(s.waiting) > 0 {
			names[key.name] = true
		}
	}
	r.keeper.mu.Unlock()
	for name := range names {
		if !r.wanted[name] {
			if _, err := r.conn.Exec(ctx, `SELECT pg_advisory_lock_shared($1)`, wantedLock(name)); err != nil {
				return err
			}
			r.wanted[name], r.counted = true, time.Time{}
		}
	}
	for name := range r.wanted {
		if !names[name] {
			if _, err := r.conn.Exec(ctx, `SELECT pg_advisory_unlock_shared($1)`, wantedLock(name)); err != nil {
				return err
			}
			delete(r.wanted, name)
		}
	}
	return nil
}

// census counts the processes that want cursors of each name, gives away what is more than this
// one's part, and ends what dead processes have left open.
func (r *round) census(ctx context.Context) error {
	r.counted = time.Now()
	names := make([]string, 0, len(r.wanted))
	locks := make([]int64, 0, len(r.wanted))
	for name := range r.wanted {
		names, locks = append(names, name), append(locks, wantedLock(name))
	}
	rows, err := r.conn.Query(ctx, `
		SELECT (SELECT count(*) FROM pg_locks l WHERE locktype = 'advisory' AND objsubid = 1 AND granted
			AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
			AND classid::bigint << 32 | objid::bigint = w.lock)
		FROM unnest($1::bigint[]) WITH ORDINALITY AS w (lock, n) ORDER BY n`, locks)
	if err != nil {
		return err
	}
	counts, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		return err
	}
	clear(r.processes)
	for i, name := range names {
		r.processes[name] = counts[i]
	}
	r.giveAway()
	return r.bury(ctx)
}

// part is how many seats of a name this process should have. The keeper's mutex is held.
func (r *round) part(name string) int {
	seats := 0
	for key, s := range r.keeper.seats {
		if key.name == name && (s.locked || len(s.waiting) > 0) {
			seats++
		}
	}
	processes := max(1, r.processes[name])
	return (seats + processes - 1) / processes
}

// giveAway has the holders of surplus cursors stop, the last books first. They let go, and who has
// less takes over.
func (r *round) giveAway() {
	k := r.keeper
	k.mu.Lock()
	defer k.mu.Unlock()
	for name := range r.wanted {
		var had []*seat
		for _, s := range k.seats {
			if s.key.name == name && s.locked && s.leaving.IsZero() {
				had = append(had, s)
			}
		}
		slices.SortFunc(had, func(a, b *seat) int { return cmp.Compare(b.key.first, a.key.first) })
		surplus := len(had) - r.part(name)
		for _, s := range had {
			if surplus <= 0 {
				break
			}
			if time.Since(s.spurned) < settledFor {
				continue
			}
			surplus--
			s.leaving = time.Now()
			for _, c := range s.members {
				c.lose(ErrCursorLost)
			}
		}
	}
}

// bury ends the sessions of serving processes that no longer keep a session for their cursors, as far as they
// have kept a transaction waiting for their next word: it could hold the locks of a book or of rows.
// Where this role may not end a session, the session's own time-outs have to.
func (r *round) bury(ctx context.Context) error {
	_, err := r.conn.Exec(ctx, `
		SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a
		WHERE a.datname = current_database() AND a.usename = current_user AND starts_with(a.application_name, $1)
			AND a.xact_start IS NOT NULL AND a.wait_event_type = 'Client' AND a.state_change < clock_timestamp() - $2 * interval '1 millisecond'
			AND NOT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity h USING (pid)
				WHERE h.application_name = a.application_name AND l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
				AND l.classid::bigint << 32 | l.objid::bigint = $3)`,
		ServingPrefix, leaseFor.Milliseconds(), aliveLock)
	return err
}
