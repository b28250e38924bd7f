package bus

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"loanledger/domain/ident"
	"loanledger/eventstore"
)

// Directory is which lender has which book.
type Directory interface {
	// Books is the books of a lender, or of all where the code is empty.
	Books(lender string) []ident.Book
	OfBook(ident.Book) (lender string, known bool)
}

// Hold is the right to publish a book, which one process has at a time, with a note of how far the
// book had been published. The note is only read where the stream has nothing to say for itself.
type Hold interface {
	// Held is a context that ends with the given one or when the hold is lost.
	Held(context.Context) (context.Context, context.CancelFunc)
	// Position is the note as it was when the hold was taken; 0 where there is none.
	Position() eventstore.Position
	// Save replaces the note.
	Save(context.Context, eventstore.Position) error
	// Close lets go.
	Close()
}

// Lock takes the hold of a name in a book. It waits while another process has it.
type Lock func(ctx context.Context, name string, book eventstore.Book) (Hold, error)

// holdName is what the publisher's holds are named. It must never change.
const holdName = "publisher"

// Publisher follows the log of every book into the stream. Create it with NewPublisher.
type Publisher struct {
	log       eventstore.Log
	conn      *nats.Conn
	directory Directory
	lock      Lock
	logger    *slog.Logger
	meters    *publisherMeters

	mu    sync.Mutex
	pumps map[eventstore.Book]*pump
	turns map[string]*turn // by lender
}

// NewPublisher is a publisher to the broker of a connection. Its metrics are registered at once.
// Several processes may run one: each book is published by the one that has its lock.
func NewPublisher(log eventstore.Log, conn *nats.Conn, directory Directory, lock Lock,
	metrics prometheus.Registerer, logger *slog.Logger,
) *Publisher {
	return &Publisher{
		log: log, conn: conn, directory: directory, lock: lock, logger: logger,
		meters: newPublisherMeters(metrics),
		pumps:  map[eventstore.Book]*pump{}, turns: map[string]*turn{},
	}
}

// lookEvery is how often new books are looked for.
const lookEvery = time.Second

// Run publishes until the context ends, and then answers nil. Whatever goes wrong meanwhile is
// logged and tried again: commands never wait for the broker.
func (p *Publisher) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		for _, number := range p.directory.Books("") {
			book := eventstore.Book(number)
			lender, known := p.directory.OfBook(number)
			if !known || p.pump(book) != nil {
				continue
			}
			u := newPump(p, book, lender)
			p.mu.Lock()
			p.pumps[book] = u
			p.mu.Unlock()
			running.Go(func() { u.run(ctx) })
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// ErrNotPublishing: this process does not publish the book.
var ErrNotPublishing = errors.New("this process does not publish the book")

// Republish has the events of a book from a position on published once more, behind what is on the
// stream. It is for an operator whose broker lost messages that it had acknowledged and that are not
// at its end: consumers get what follows the position a second time, and tell by ce-id. It returns
// once the publishing has begun. Errors: ErrNotPublishing, or the context's.
func (p *Publisher) Republish(ctx context.Context, book eventstore.Book, from eventstore.Position) error {
	u := p.pump(book)
	if u == nil || from < 1 {
		return ErrNotPublishing
	}
	return u.askRewind(ctx, from)
}

func (p *Publisher) pump(book eventstore.Book) *pump {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pumps[book]
}

// turn is what the books of a lender take turns by: their runs begin where the messages of the lender
// end, and so must not overlap. Whoever has the token may read and change the rest.
type turn struct {
	token chan struct{}
	// Between these sequences of the stream, every message of the lender is from a run of this process.
	begin, end uint64
}

// fence is where the next run of a book begins whose messages were known up to a sequence: at the end
// of what this process has published since, of other books.
func (t *turn) fence(known uint64) uint64 {
	if t.begin <= known && known <= t.end {
		return t.end
	}
	return known
}

// ran takes note of a run that began at a fence and ended at a sequence.
func (t *turn) ran(fence, last uint64) {
	if fence != t.end {
		t.begin = fence // somebody else published in between
	}
	t.end = last
}

func (p *Publisher) turn(lender string) *turn {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.turns[lender] == nil {
		p.turns[lender] = &turn{token: make(chan struct{}, 1)}
	}
	return p.turns[lender]
}
