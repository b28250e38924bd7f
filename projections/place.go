package projections

import (
	"context"
	"sync"
	"time"

	"loanledger/eventstore"
)

// place is how far the projections of a book are, as this process knows.
type place struct {
	mu       sync.Mutex
	position eventstore.Position
	follows  bool // this process holds the cursor
	last     error
	stopped  error
	moved    chan struct{} // closed when anything here changes
}

func (r *Runner) place(book eventstore.Book) *place {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := r.places[book]
	if at == nil {
		at = &place{moved: make(chan struct{})}
		r.places[book] = at
	}
	return at
}

func (p *place) change(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	close(p.moved)
	p.moved = make(chan struct{})
}

func (p *place) advance(position eventstore.Position) {
	p.change(func() { p.position = max(p.position, position) })
}

func (p *place) follow(follows bool, err error) {
	p.change(func() { p.follows, p.last, p.stopped = follows, err, nil })
}

func (p *place) stop(err error) { p.change(func() { p.stopped = err }) }

// Health is how the projections of a book are doing, as far as this process knows.
type Health struct {
	Follows  bool                // this process writes them; otherwise another may
	Position eventstore.Position // up to which this process has written them, or seen them written
	LastErr  error               // that this process met last, and goes on after; nil once it follows
	Stopped  error               // that this process gave up at; it will not go on by itself
}

// Health tells how the projections of a book are doing. It asks nobody.
func (r *Runner) Health(book eventstore.Book) Health {
	p := r.place(book)
	p.mu.Lock()
	defer p.mu.Unlock()
	return Health{Follows: p.follows, Position: p.position, LastErr: p.last, Stopped: p.stopped}
}

// Position is the position up to which the projections of a book are written, by whichever process.
func (r *Runner) Position(ctx context.Context, book eventstore.Book) (eventstore.Position, error) {
	p := r.place(book)
	if h := r.Health(book); h.Follows {
		return h.Position, nil
	}
	position, err := r.store.CursorPosition(ctx, CursorName, book)
	if err == nil {
		p.advance(position)
	}
	return position, err
}

// How long a reader waits before it asks again how far another process has come.
const (
	askFirst = time.Millisecond
	askLast  = 25 * time.Millisecond
)

// WaitFor returns once the projections of a book are written up to a position. Errors: the context's,
// the one that stopped the runner in this process, or the database's.
func (r *Runner) WaitFor(ctx context.Context, book eventstore.Book, position eventstore.Position) error {
	p := r.place(book)
	for ask := askFirst; ; ask = min(2*ask, askLast) {
		p.mu.Lock()
		reached, follows, stopped, moved := p.position >= position, p.follows, p.stopped, p.moved
		p.mu.Unlock()
		if reached {
			return nil
		}
		if !follows {
			at, err := r.store.CursorPosition(ctx, CursorName, book)
			switch {
			case err != nil:
				return err
			case at >= position:
				p.advance(at)
				return nil
			case stopped != nil:
				return stopped
			}
		}
		if err := pause(ctx, follows, moved, ask); err != nil {
			return err
		}
	}
}

// pause waits for the runner of this process to move, or, where another one runs, a little.
func pause(ctx context.Context, follows bool, moved <-chan struct{}, ask time.Duration) error {
	var asked <-chan time.Time
	if !follows {
		timer := time.NewTimer(ask)
		defer timer.Stop()
		asked = timer.C
	}
	select {
	case <-moved:
	case <-asked:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}
