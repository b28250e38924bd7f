package bus_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"loanledger/adapters/bus"
	"loanledger/domain/ident"
	"loanledger/eventstore"
)

// broker is a NATS server that can be stopped and started again with what it has stored.
type broker struct {
	t    testing.TB
	dir  string
	port int
	nats *server.Server
}

func newBroker(t testing.TB) *broker {
	t.Helper()
	b := &broker{t: t, dir: t.TempDir(), port: server.RANDOM_PORT}
	b.start()
	t.Cleanup(b.stop)
	return b
}

func (b *broker) start() {
	b.t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: b.port, JetStream: true, StoreDir: b.dir, NoSigs: true, NoLog: true,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		b.t.Fatal("the broker does not start")
	}
	b.nats = s
	b.port = s.Addr().(*net.TCPAddr).Port
}

func (b *broker) stop() {
	b.nats.Shutdown()
	b.nats.WaitForShutdown()
}

// restore starts the broker with what it had stored when the copy was made.
func (b *broker) restore(copyDir string) {
	b.t.Helper()
	b.stop()
	b.dir = copyDir
	b.start()
}

// backup stops the broker, copies what it has stored, and starts it again.
func (b *broker) backup() string {
	b.t.Helper()
	b.stop()
	dir := b.t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(b.dir)); err != nil {
		b.t.Fatal(err)
	}
	b.start()
	return dir
}

func (b *broker) connect(options ...nats.Option) *nats.Conn {
	b.t.Helper()
	options = append([]nats.Option{nats.MaxReconnects(-1), nats.ReconnectWait(20 * time.Millisecond)}, options...)
	conn, err := nats.Connect(b.nats.ClientURL(), options...)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(conn.Close)
	return conn
}

func (b *broker) jetstream() jetstream.JetStream {
	b.t.Helper()
	js, err := jetstream.New(b.connect())
	if err != nil {
		b.t.Fatal(err)
	}
	return js
}

// directory is a fixed list of books.
type directory map[ident.Book]string

func (d directory) Books(lender string) []ident.Book {
	var books []ident.Book
	for b, of := range d {
		if lender == "" || of == lender {
			books = append(books, b)
		}
	}
	return books
}

func (d directory) OfBook(b ident.Book) (string, bool) { lender, ok := d[b]; return lender, ok }

// locks is what a database does for publishers: one holder for each book, and a note.
type locks struct {
	mu    sync.Mutex
	notes map[eventstore.Book]eventstore.Position
	held  map[eventstore.Book]chan struct{}
	taken int
}

func newLocks() *locks {
	return &locks{notes: map[eventstore.Book]eventstore.Position{}, held: map[eventstore.Book]chan struct{}{}}
}

func (l *locks) lock(ctx context.Context, _ string, book eventstore.Book) (bus.Hold, error) {
	l.mu.Lock()
	if l.held[book] == nil {
		l.held[book] = make(chan struct{}, 1)
	}
	slot := l.held[book]
	l.mu.Unlock()
	select {
	case slot <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken++
	return &hold{locks: l, book: book, slot: slot, at: l.notes[book]}, nil
}

func (l *locks) note(book eventstore.Book) eventstore.Position {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.notes[book]
}

func (l *locks) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.notes)
}

type hold struct {
	locks *locks
	book  eventstore.Book
	slot  chan struct{}
	at    eventstore.Position
}

func (h *hold) Held(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithCancel(ctx)
}

func (h *hold) Position() eventstore.Position { return h.at }

func (h *hold) Save(_ context.Context, position eventstore.Position) error {
	h.locks.mu.Lock()
	defer h.locks.mu.Unlock()
	h.locks.notes[h.book] = position
	return nil
}

func (h *hold) Close() { <-h.slot }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }
