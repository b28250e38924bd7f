package pgstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"loanledger/eventstore"
)

// How the holds of cursors are kept. The server ends a session that was silent for leaseFor, and with
// it the locks; the keeper gives up earlier, so that a process that runs knows before another can
// hold what it held.
const (
	leaseFor    = 6 * time.Second
	roundWithin = 4 * time.Second
	beatEvery   = time.Second
	tryEvery    = 250 * time.Millisecond // while something is waited for
)

// keeper holds the cursors of a process: one session of the database has the advisory locks of all of
// them, and says every second that it lives. A process that is killed loses its session at once; one
// that hangs, or whose machine is gone, loses it after leaseFor, however well its connections look.
type keeper struct {
	store *Store
	wake  chan struct{}

	mu     sync.Mutex
	seats  map[seatKey]*seat
	closed bool
}

// seatKey is cursors that go together: those of a name in the books that stand beside a first one.
type seatKey struct {
	name  string
	first eventstore.Book
}

// seat is a lock and the cursors that it is for.
type seat struct {
	key       seatKey
	lock      int64
	beside    []int64 // locks of cursors in other books than the first; the session's alone to use
	locked    bool
	members   map[eventstore.Book]*Cursor // held
	waiting   []*waiter
	since     time.Time       // of the waiting
	leaving   time.Time       // since when it is to be given away; zero where it is not
	spurned   time.Time       // when this process had its part, and took it because nobody else did
	unlocking []chan struct{} // closed when it is unlocked
}

type waiter struct {
	book   eventstore.Book
	answer chan opened // buffered
}

type opened struct {
	cursor *Cursor
	err    error
}

func newKeeper(s *Store) *keeper {
	return &keeper{store: s, wake: make(chan struct{}, 1), seats: map[seatKey]*seat{}}
}

// open waits for a cursor.
func (k *keeper) open(ctx context.Context, key seatKey, book eventstore.Book) (*Cursor, error) {
	w := &waiter{book: book, answer: make(chan opened, 1)}
	if err := k.join(key, w); err != nil {
		return nil, err
	}
	select {
	case o := <-w.answer:
		return o.cursor, o.err
	case <-ctx.Done():
	}
	k.mu.Lock()
	if s := k.seats[key]; s != nil {
		s.waiting = slices.DeleteFunc(s.waiting, func(other *waiter) bool { return other == w })
	}
	k.mu.Unlock()
	select {
	case o := <-w.answer: // it came at the same time
		if o.cursor != nil {
			o.cursor.Close()
		}
	default:
		k.look()
	}
	return nil, ctx.Err()
}

func (k *keeper) join(key seatKey, w *waiter) error {
	defer k.look()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return errClosed
	}
	s := k.seats[key]
	if s == nil {
		s = &seat{key: key, lock: cursorLock(key.name, key.first), members: map[eventstore.Book]*Cursor{}}
		k.seats[key] = s
	}
	if len(s.waiting) == 0 {
		s.since = time.Now()
	}
	s.waiting = append(s.waiting, w)
	return nil
}

// look has the keeper look after its seats now.
func (k *keeper) look() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// letGo closes a cursor, and waits until its lock is free unless other cursors go on under it.
func (k *keeper) letGo(c *Cursor) {
	k.mu.Lock()
	s := c.seat
	if s.members[c.book] != c {
		k.mu.Unlock()
		return // closed before, or lost with the session
	}
	delete(s.members, c.book)
	c.lose(ErrCursorLost)
	var unlocked chan struct{}
	if len(s.members) == 0 {
		unlocked = make(chan struct{})
		s.unlocking = append(s.unlocking, unlocked)
	}
	k.mu.Unlock()
	if unlocked != nil {
		k.look()
		<-unlocked
	}
}

// lose tells the holder. The keeper's mutex is held.
func (c *Cursor) lose(cause error) {
	if c.cause == nil {
		c.cause = cause
		close(c.lost)
	}
}

// run keeps a session while there is something to hold or to wait for.
func (k *keeper) run(ctx context.Context) {
	for ctx.Err() == nil {
		if k.idle() {
			select {
			case <-k.wake:
			case <-ctx.Done():
			}
			continue
		}
		err := k.session(ctx)
		k.scatter(err)
		_ = sleep(ctx, tryEvery)
	}
	k.mu.Lock()
	k.closed = true
	k.mu.Unlock()
	k.scatter(errClosed)
}

// idle drops the seats that nobody wants, and answers whether that were all.
func (k *keeper) idle() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	for key, s := range k.seats {
		if !s.locked && len(s.members)+len(s.waiting)+len(s.unlocking) == 0 {
			delete(k.seats, key)
		}
	}
	return len(k.seats) == 0
}

// scatter is the end of a session: whatever was held is lost, and who waits hears why.
func (k *keeper) scatter(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, s := range k.seats {
		s.locked, s.beside, s.leaving = false, nil, time.Time{}
		for book, c := range s.members {
			delete(s.members, book)
			c.lose(errors.Join(ErrCursorLost, err))
		}
		for _, unlocked := range s.unlocking {
			close(unlocked)
		}
		s.unlocking = nil
		if err != nil {
			for _, w := range s.waiting {
				w.answer <- opened{err: err}
			}
			s.waiting = nil
		}
	}
}

// session connects and keeps the seats until nothing is left of them or something breaks.
func (k *keeper) session(ctx context.Context) error {
	conn, err := k.connect(ctx)
	if err != nil {
		return err
	}
	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(ending) // the server notices either way
	}()
	round := &round{keeper: k, conn: conn, wanted: map[string]bool{}, processes: map[string]int{}}
	next := time.NewTimer(0)
	defer next.Stop()
	for {
		select {
		case <-k.wake:
		case <-next.C:
		case <-ctx.Done():
			return errClosed
		}
		if k.idle() {
			return nil
		}
		waits, err := round.run(ctx)
		if err != nil {
			return err
		}
		if waits {
			next.Reset(tryEvery)
		} else {
			next.Reset(beatEvery)
		}
	}
}

func (k *keeper) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, roundWithin)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, k.store.pool.Config().ConnConfig)
	if err != nil {
		return nil, err
	}
	// Simple protocol: these are several statements.
	_, err = conn.PgConn().Exec(ctx, fmt.Sprintf(`
		SET idle_session_timeout = %d; SET statement_timeout = 0; SET lock_timeout = '1s';
		SELECT pg_advisory_lock_shared(%d)`, leaseFor.Milliseconds(), aliveLock)).ReadAll()
	if err != nil {
		conn.Close(context.WithoutCancel(ctx))
		return nil, err
	}
	return conn, nil
}

// blocked reports whether an error says that a row is locked by another session.
func blocked(err error) bool {
	refusal := (*pgconn.PgError)(nil)
	return errors.As(err, &refusal) && refusal.Code == "55P03"
}
