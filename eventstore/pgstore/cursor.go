package pgstore

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"loanledger/eventstore"
)

// ErrCursorLost: the cursor's connection broke, and somebody else may hold it now.
var ErrCursorLost = errors.New("the cursor is lost")

// Cursor is a named follower's place in a book, held by one process at a time. The hold is a lock on
// a connection of its own, so that a holder that dies lets go at once. Should a holder live on
// without its connection, it can save no more: each holder has a generation.
type Cursor struct {
	store      *Store
	name       string
	book       eventstore.Book
	position   eventstore.Position
	generation int64
	lost       chan struct{}
	stop       context.CancelFunc
	ended      chan struct{}
}

// OpenCursor takes the cursor of a name in a book; a new one stands at position 0. It waits until
// the present holder, if there is one, lets go, or until the context ends.
func (s *Store) OpenCursor(ctx context.Context, name string, book eventstore.Book) (*Cursor, error) {
	if err := s.mustBeOpen(ctx, book); err != nil {
		return nil, err
	}
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return nil, fmt.Errorf("cursor %s: %w", name, err)
	}
	c := &Cursor{store: s, name: name, book: book, lost: make(chan struct{}), ended: make(chan struct{})}
	if err := c.take(ctx, conn); err != nil {
		conn.Close(context.WithoutCancel(ctx))
		return nil, fmt.Errorf("cursor %s: %w", name, err)
	}
	held, stop := context.WithCancel(context.Background())
	c.stop = stop
	go c.watch(held, conn)
	return c, nil
}

func (c *Cursor) take(ctx context.Context, conn *pgx.Conn) error {
	// A holder whose machine is gone has to be noticed by the server.
	for _, statement := range []string{
		`SET tcp_keepalives_idle = 3`, `SET tcp_keepalives_interval = 1`, `SET tcp_keepalives_count = 3`,
		`SET statement_timeout = 0`, `SET lock_timeout = 0`, `SET idle_session_timeout = 0`,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, cursorLock(c.name, c.book)); err != nil {
		return err
	}
	return conn.QueryRow(ctx, `
		INSERT INTO ledger.cursors AS c (name, book, position, generation, saved_at) VALUES ($1, $2, 0, 1, $3)
		ON CONFLICT (name, book) DO UPDATE SET generation = c.generation + 1
		RETURNING position, generation`, c.name, c.book, c.store.now()).Scan(&c.position, &c.generation)
}

// watch notices when the connection breaks: nothing else ever arrives on it.
func (c *Cursor) watch(held context.Context, conn *pgx.Conn) {
	defer close(c.ended)
	for {
		if _, err := conn.WaitForNotification(held); err != nil {
			break
		}
	}
	close(c.lost)
	conn.Close(context.Background())
}

// Position is where the cursor stood when it was opened. What was saved since is the holder's to know.
func (c *Cursor) Position() eventstore.Position { return c.position }

// Lost is closed when the cursor is no longer held: its connection broke, or it was closed.
func (c *Cursor) Lost() <-chan struct{} { return c.lost }

// Held is a context that ends with the given one, and, with ErrCursorLost as its cause, when the
// cursor is lost.
func (c *Cursor) Held(ctx context.Context) (context.Context, context.CancelFunc) {
	held, cancel := context.WithCancelCause(ctx)
	stop := make(chan struct{})
	go func() {
		select {
		case <-c.lost:
			cancel(fmt.Errorf("cursor %s of book %d: %w", c.name, c.book, ErrCursorLost))
		case <-held.Done():
		}
		close(stop)
	}()
	return held, func() { cancel(context.Canceled); <-stop }
}

// Save moves the cursor, forth or back, as part of the caller's transaction. It refuses with
// ErrCursorLost if the cursor was taken by another holder since.
func (c *Cursor) Save(ctx context.Context, tx pgx.Tx, position eventstore.Position) error {
	if position < 0 {
		return fmt.Errorf("cursor %s: position %d is below 0", c.name, position)
	}
	tag, err := tx.Exec(ctx, `UPDATE ledger.cursors SET position = $4, saved_at = $5
		WHERE name = $1 AND book = $2 AND generation = $3`, c.name, c.book, c.generation, position, c.store.now())
	if err != nil {
		return fmt.Errorf("cursor %s: %w", c.name, err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("cursor %s of book %d: %w", c.name, c.book, ErrCursorLost)
	}
	return nil
}

// Close lets go of the cursor.
func (c *Cursor) Close() {
	c.stop()
	<-c.ended
}

// CursorPosition is where the cursor of a name was last saved in a book, 0 if it never was. Anybody
// may ask.
func (s *Store) CursorPosition(ctx context.Context, name string, book eventstore.Book) (eventstore.Position, error) {
	var position eventstore.Position
	err := s.pool.QueryRow(ctx, `SELECT position FROM ledger.cursors WHERE name = $1 AND book = $2`, name, book).Scan(&position)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return position, err
}

// cursorLock is the key of a cursor's advisory lock. Books use the two-part keys, which are apart
// from these.
func cursorLock(name string, book eventstore.Book) int64 {
	sum := sha256.Sum256(binary.BigEndian.AppendUint16([]byte("cursor "+name+"\x00"), uint16(book)))
	return int64(binary.BigEndian.Uint64(sum[:8]))
}
