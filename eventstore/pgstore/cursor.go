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

// ErrCursorLost: the cursor's session broke, or another process took the cursor over.
var ErrCursorLost = errors.New("the cursor is lost")

// Cursor is a named follower's place in a book, held by one process at a time. The hold is a lock of
// the process's session (see keeper), so that a holder that dies lets go at once, and one that hangs
// within leaseFor. Should a holder live on without its session, it can save no more: each holder has
// a generation.
type Cursor struct {
	keeper     *keeper
	seat       *seat
	name       string
	book       eventstore.Book
	position   eventstore.Position
	generation int64
	lost       chan struct{}
	cause      error // why it is lost; set before lost is closed
}

// OpenCursor takes the cursor of a name in a book; a new one stands at position 0. It waits until
// the present holder, if there is one, lets go, or until the context ends. Processes that want the
// cursors of a name in several books share them about evenly; a process that has more than its part
// loses some of them to one that comes later.
func (s *Store) OpenCursor(ctx context.Context, name string, book eventstore.Book) (*Cursor, error) {
	return s.OpenCursorBeside(ctx, name, book, book)
}

// OpenCursorBeside is OpenCursor for a cursor that only the process may hold that also holds, or may
// hold, the cursor of the name in another book: those with the same first book go together.
func (s *Store) OpenCursorBeside(ctx context.Context, name string, first, book eventstore.Book) (*Cursor, error) {
	if err := s.mustBeOpen(ctx, book); err != nil {
		return nil, err
	}
	c, err := s.keeper.open(ctx, seatKey{name, first}, book)
	if err != nil {
		return nil, fmt.Errorf("cursor %s of book %d: %w", name, book, err)
	}
	return c, nil
}

// Position is where the cursor stood when it was opened. What was saved since is the holder's to know.
func (c *Cursor) Position() eventstore.Position { return c.position }

// Lost is closed when the cursor is no longer held: its session broke, another process is to have it,
// or it was closed.
func (c *Cursor) Lost() <-chan struct{} { return c.lost }

// Held is a context that ends with the given one, and, with ErrCursorLost as its cause, when the
// cursor is lost.
func (c *Cursor) Held(ctx context.Context) (context.Context, context.CancelFunc) {
	held, cancel := context.WithCancelCause(ctx)
	stop := make(chan struct{})
	go func() {
		select {
		case <-c.lost:
			cancel(fmt.Errorf("cursor %s of book %d: %w", c.name, c.book, c.cause))
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
		WHERE name = $1 AND book = $2 AND generation = $3`, c.name, c.book, c.generation, position, c.keeper.store.now())
	if err != nil {
		return fmt.Errorf("cursor %s: %w", c.name, err)
	}
	if tag.RowsAffected() == 0 {
		return fmt.Errorf("cursor %s of book %d: %w", c.name, c.book, ErrCursorLost)
	}
	return nil
}

// Close lets go of the cursor. Another holder may have it once Close has returned.
func (c *Cursor) Close() { c.keeper.letGo(c) }

// take makes the session's process the holder of a cursor in a new generation.
func (c *Cursor) take(ctx context.Context, conn *pgx.Conn) error {
	return conn.QueryRow(ctx, `
		INSERT INTO ledger.cursors AS c (name, book, position, generation, saved_at) VALUES ($1, $2, 0, 1, $3)
		ON CONFLICT (name, book) DO UPDATE SET generation = c.generation + 1
		RETURNING position, generation`, c.name, c.book, c.keeper.store.now()).Scan(&c.position, &c.generation)
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
	return advisoryKey(binary.BigEndian.AppendUint16([]byte("cursor "+name+"\x00"), uint16(book)))
}

// wantedLock is the key of the advisory lock that everyone shares who wants cursors of a name.
func wantedLock(name string) int64 { return advisoryKey([]byte("wants " + name)) }

func advisoryKey(text []byte) int64 {
	sum := sha256.Sum256(text)
	return int64(binary.BigEndian.Uint64(sum[:8]))
}
