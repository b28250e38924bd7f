package pgstore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"loanledger/eventstore"
)

// pollEvery is how often a waiting reader looks for itself, in case a notification got lost.
const pollEvery = 500 * time.Millisecond

// notifyChannel carries "book position" of the ends of batches.
const notifyChannel = "ledger_events"

// tail is how far a book has come, as far as this process knows.
type tail struct {
	mu       sync.Mutex
	position eventstore.Position
	grown    chan struct{} // closed when the position grows; nil while nobody waits

	fresh atomic.Pointer[freshHashes] // nil while this process does not build the book's tree
}

func (t *tail) advance(position eventstore.Position) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if position <= t.position {
		return
	}
	t.position = position
	if t.grown != nil {
		close(t.grown)
		t.grown = nil
	}
}

func (t *tail) watch() (eventstore.Position, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.grown == nil {
		t.grown = make(chan struct{})
	}
	return t.position, t.grown
}

// tail is the book's tail, made when it is first asked for.
func (s *Store) tail(book eventstore.Book) *tail {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tails[book]
	if t == nil {
		t = &tail{}
		s.tails[book] = t
	}
	return t
}

// advance wakes whoever waits for positions of a book up to this one.
func (s *Store) advance(book eventstore.Book, position eventstore.Position) {
	s.tail(book).advance(position)
}

// Wait returns once the book has an event after the position, or with the context's error. The
// appends of this process wake it directly, those of others by a notification.
func (s *Store) Wait(ctx context.Context, book eventstore.Book, after eventstore.Position) error {
	if err := s.mustBeOpen(ctx, book); err != nil {
		return err
	}
	t := s.tail(book)
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		position, grown := t.watch()
		if position > after {
			return nil
		}
		select {
		case <-grown:
		case <-poll.C:
			if head, err := s.Head(ctx, book); err == nil {
				t.advance(head.Position)
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// listen hears of other processes' appends until the context ends.
func (s *Store) listen(ctx context.Context) {
	for ctx.Err() == nil {
		_ = s.listenOnce(ctx) // whatever it was: readers poll until the next try succeeds
		_ = sleep(ctx, pollEvery/2)
	}
}

func (s *Store) listenOnce(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `LISTEN `+notifyChannel); err != nil {
		return err
	}
	for {
		note, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		var book eventstore.Book
		var position eventstore.Position
		if _, err := fmt.Sscanf(note.Payload, "%d %d", &book, &position); err == nil {
			s.advance(book, position)
		}
	}
}

// notifier tells other processes how far books have come. It does so after the commits, on its own
// connection and at most once in notifyEvery for each book: a NOTIFY inside a transaction makes all
// commits of the database wait for one another.
type notifier struct {
	config func() *pgconn.Config
	mu     sync.Mutex
	news   map[eventstore.Book]eventstore.Position
	signal chan struct{}
}

const notifyEvery = 2 * time.Millisecond

func newNotifier(config func() *pgconn.Config) *notifier {
	return &notifier{config: config, news: map[eventstore.Book]eventstore.Position{}, signal: make(chan struct{}, 1)}
}

func (n *notifier) tell(book eventstore.Book, position eventstore.Position) {
	n.mu.Lock()
	n.news[book] = max(n.news[book], position)
	n.mu.Unlock()
	select {
	case n.signal <- struct{}{}:
	default: // it has been told and not come to it yet
	}
}

func (n *notifier) run(ctx context.Context) {
	var l *link
	defer func() {
		if l != nil {
			l.close()
		}
	}()
	for {
		select {
		case <-n.signal:
		case <-ctx.Done():
			return
		}
		if l == nil || l.broken.Load() {
			opened, err := dial(ctx, n.config(), map[string]string{"notify": `SELECT pg_notify('` + notifyChannel + `', $1)`})
			if err != nil {
				if sleep(ctx, pollEvery) != nil {
					return
				}
				continue // what was not told is found by polling
			}
			l = opened
		}
		n.mu.Lock()
		news := n.news
		n.news = make(map[eventstore.Book]eventstore.Position, len(news))
		n.mu.Unlock()
		calls := make([]call, 0, len(news))
		for book, position := range news {
			calls = append(calls, call{statement: "notify", parameters: [][]byte{fmt.Appendf(nil, "%d %d", book, position)}})
		}
		_, _ = l.exchange(calls...) // a broken link is replaced at the next news
		if sleep(ctx, notifyEvery) != nil {
			return
		}
	}
}

// sleep waits, or answers the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
