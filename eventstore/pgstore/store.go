// Package pgstore is the event log on Postgres.
//
// Appends that wait at the same time share one transaction (see committer). The book's advisory lock
// is held from before a batch reads its predecessor until it has committed; so positions have no
// gaps, their order is the order of the commits, and who reads after a position skips nothing. Any
// number of processes may use one database.
package pgstore

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/eventstore"
)

// Store is a log on Postgres. It is safe for concurrent use; a process wants one for each database.
type Store struct {
	pool  *pgxpool.Pool
	clock eventstore.Clock
	notes *notifier

	mu         sync.Mutex
	committers map[eventstore.Book]*committer
	tails      map[eventstore.Book]*tail

	leafEvents eventstore.Position
	files      *archiveFiles // nil: archived data is not read
	keeper     *keeper
	background func(func(context.Context)) // runs something until the store is closed
	stop       context.CancelFunc
	stopped    sync.WaitGroup
}

var _ eventstore.Log = (*Store)(nil)

// Option changes a store.
type Option func(*Store)

// WithLeafEvents sets how many positions a leaf has in books that the store opens, from 1 on; 1 048 576
// by default. A book keeps what it was opened with.
func WithLeafEvents(n eventstore.Position) Option { return func(s *Store) { s.leafEvents = n } }

// leafEvents is a size at which the indexes of a leaf (50 MB for that on streams, where every event
// is of another) are small beside the caches of Postgres, and the pages that an insert after a
// checkpoint writes whole are few beside the rest of its write-ahead log.
const leafEvents = 1 << 20

// New is a store on a database that Migrations were applied to. It reads through the pool, and opens
// a few connections of its own with the pool's configuration: two for each book that it appends to,
// one to listen, one to notify, and one that holds the cursors. Close ends them, and not the pool.
func New(pool *pgxpool.Pool, clock eventstore.Clock, options ...Option) *Store {
	ctx, stop := context.WithCancel(context.Background())
	s := &Store{
		pool: pool, clock: clock, stop: stop, leafEvents: leafEvents,
		committers: map[eventstore.Book]*committer{}, tails: map[eventstore.Book]*tail{},
	}
	for _, option := range options {
		option(s)
	}
	s.background = func(do func(context.Context)) { s.stopped.Go(func() { do(ctx) }) }
	s.notes = newNotifier(s.connConfig)
	s.stopped.Go(func() { s.notes.run(ctx) })
	s.stopped.Go(func() { s.listen(ctx) })
	s.keeper = newKeeper(s)
	s.stopped.Go(func() { s.keeper.run(ctx) })
	return s
}

// Close waits for appends under way and gives the store's connections back. The store is of no use
// afterwards.
func (s *Store) Close() {
	s.mu.Lock()
	committers := s.committers
	s.committers = nil
	s.mu.Unlock()
	for _, c := range committers {
		c.close()
	}
	s.stop()
	s.stopped.Wait()
}

// Append adds events to streams of one book, all or nothing. While too many appends wait, it blocks
// until there is room or the context ends. An append that the context's end finds waiting is
// withdrawn; one under way is answered with its outcome.
func (s *Store) Append(ctx context.Context, book eventstore.Book, a eventstore.Append) (eventstore.Appended, error) {
	if err := a.Validate(); err != nil {
		return eventstore.Appended{}, err
	}
	c, err := s.committer(ctx, book)
	if err != nil {
		return eventstore.Appended{}, err
	}
	return c.append(ctx, a)
}

// committer is the book's committer in this process.
func (s *Store) committer(ctx context.Context, book eventstore.Book) (*committer, error) {
	if c := s.openCommitter(book); c != nil {
		return c, ctx.Err()
	}
	if err := s.mustBeOpen(ctx, book); err != nil {
		return nil, err
	}
	t := s.tail(book)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.committers == nil {
		return nil, errClosed
	}
	c := s.committers[book]
	if c == nil {
		c = newCommitter(s, book, t)
		s.committers[book] = c
	}
	return c, nil
}

// openCommitter is the book's committer, or nil if nothing was appended yet.
func (s *Store) openCommitter(book eventstore.Book) *committer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.committers[book]
}

// connConfig is the configuration of the store's own connections.
func (s *Store) connConfig() *pgconn.Config { return s.pool.Config().ConnConfig.Config.Copy() }

func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }
