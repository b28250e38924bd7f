package pgstore

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"loanledger/eventstore"
)

// round is what a keeper does in its session again and again: it gives locks back, tries those that
// are waited for, and hands out cursors. Each round is also the sign that the process lives.
type round struct {
	keeper    *keeper
	conn      *pgx.Conn
	wanted    map[string]bool // names whose shared lock the session has
	processes map[string]int  // how many want cursors of a name, this one included
	counted   time.Time
}

// run goes one round, and answers whether anything is waited for.
func (r *round) run(ctx context.Context) (waits bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, roundWithin)
	defer cancel()
	if err := r.unlock(ctx); err != nil {
		return false, err
	}
	if err := r.sayWanted(ctx); err != nil {
		return false, err
	}
	if time.Since(r.counted) >= beatEvery {
		if err := r.census(ctx); err != nil {
			return false, err
		}
	}
	if err := r.tryLocks(ctx); err != nil {
		return false, err
	}
	return r.handOut(ctx)
}

// stuckFor is how long a holder may take to let go of what is to be given away.
const stuckFor = 3 * time.Second

// unlock frees the seats that nobody here holds any more.
func (r *round) unlock(ctx context.Context) error {
	k := r.keeper
	var free []*seat
	var told []chan struct{}
	k.mu.Lock()
	for _, s := range k.seats {
		leaving := !s.leaving.IsZero()
		if s.locked && (len(s.members) == 0 && (leaving || len(s.waiting) == 0) || leaving && time.Since(s.leaving) > stuckFor) {
			free = append(free, s)
		}
		if len(s.members) == 0 {
			told, s.unlocking = append(told, s.unlocking...), nil
		}
	}
	k.mu.Unlock()
	defer func() {
		for _, unlocked := range told {
			close(unlocked)
		}
	}()
	for _, s := range free {
		if _, err := r.conn.Exec(ctx, `SELECT pg_advisory_unlock(lock) FROM unnest($1::bigint[]) lock`, append(s.beside, s.lock)); err != nil {
			return err
		}
		s.beside = nil
		k.mu.Lock()
		if !s.leaving.IsZero() {
			s.since = time.Now()
		}
		s.locked, s.leaving = false, time.Time{}
		clear(s.members) // they were told before, and their generation keeps them from saving
		k.mu.Unlock()
	}
	return nil
}

// tryLocks asks for the locks of the seats that are waited for and that this process may have.
func (r *round) tryLocks(ctx context.Context) error {
	k := r.keeper
	k.mu.Lock()
	var locks []int64
	var seats []*seat
	surplus := map[*seat]bool{}
	had := map[string]int{}
	for _, s := range k.seats {
		if s.locked {
			had[s.key.name]++
		}
	}
	for _, s := range k.seats {
		if s.locked || len(s.waiting) == 0 {
			continue
		}
		if had[s.key.name] >= r.part(s.key.name) {
			if time.Since(s.since) < patience {
				continue // those come first who have less
			}
			surplus[s] = true
		}
		had[s.key.name]++
		locks, seats = append(locks, s.lock), append(seats, s)
	}
	k.mu.Unlock()
	rows, err := r.conn.Query(ctx, `SELECT pg_try_advisory_lock(lock) FROM unnest($1::bigint[]) WITH ORDINALITY AS t (lock, n) ORDER BY n`, locks)
	if err != nil {
		return err
	}
	got, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, s := range seats {
		if s.locked = got[i]; s.locked && surplus[s] {
			s.spurned = time.Now()
		}
	}
	return nil
}

// handOut gives the cursors of locked seats to those who wait for them.
func (r *round) handOut(ctx context.Context) (waits bool, err error) {
	k := r.keeper
	type grant struct {
		s *seat
		w *waiter
	}
	var grants []grant
	k.mu.Lock()
	for _, s := range k.seats {
		waits = waits || len(s.waiting) > 0
		if !s.locked || !s.leaving.IsZero() {
			continue
		}
		given := map[eventstore.Book]bool{}
		for _, w := range s.waiting {
			if s.members[w.book] == nil && !given[w.book] {
				given[w.book] = true
				grants = append(grants, grant{s, w})
			}
		}
	}
	k.mu.Unlock()
	for _, g := range grants {
		if free, err := r.lockBeside(ctx, g.s, g.w.book); err != nil {
			return waits, err
		} else if !free {
			continue
		}
		c := &Cursor{keeper: k, seat: g.s, name: g.s.key.name, book: g.w.book, lost: make(chan struct{})}
		err := c.take(ctx, r.conn)
		refusal := (*pgconn.PgError)(nil)
		switch {
		case blocked(err): // what the last holder began is not over yet
			continue
		case errors.As(err, &refusal) && !r.conn.IsClosed():
			k.answer(g.s, g.w, opened{err: err})
		case err != nil:
			return waits, err
		default:
			k.answer(g.s, g.w, opened{cursor: c})
		}
	}
	return waits, nil
}

// lockBeside takes the lock that a cursor has of its own where its seat's is another one's: it shows
// who holds the cursor, and keeps apart those who do not know of seats.
func (r *round) lockBeside(ctx context.Context, s *seat, book eventstore.Book) (free bool, err error) {
	lock := cursorLock(s.key.name, book)
	if lock == s.lock || slices.Contains(s.beside, lock) {
		return true, nil
	}
	if err := r.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, lock).Scan(&free); err == nil && free {
		s.beside = append(s.beside, lock)
	}
	return free, err
}

// answer ends a waiting; nobody may be waiting any more.
func (k *keeper) answer(s *seat, w *waiter, o opened) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, other := range s.waiting {
		if other != w {
			continue
		}
		s.waiting = append(s.waiting[:i:i], s.waiting[i+1:]...)
		if o.cursor != nil {
			s.members[w.book] = o.cursor
		}
		w.answer <- o
		return
	}
}
