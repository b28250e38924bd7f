package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"loanledger/adapters/access"
	"loanledger/adapters/bus"
	"loanledger/adapters/httpapi"
	"loanledger/adapters/notify"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"
)

// service is everything that runs while the ledger serves.
type service struct {
	*app
	nats      *nats.Conn
	runner    *projections.Runner
	notary    *pgstore.Notary
	tokens    *access.Tokens
	metrics   *prometheus.Registry
	publicURL string
	dial      func() (*nats.Conn, error) // for those who need a connection of their own
	// ready is closed when the days may be closed by the calendar: at once, but for the samples of
	// loanledger dev, which have a past to play first.
	ready chan struct{}
	// send carries messages to borrowers; nil carries none.
	send notify.Send
	// more is handlers beside the API, by pattern: the sandbox of loanledger dev.
	more map[string]http.Handler
}

// version is what this build calls itself.
const version = "0.1.0"

// newService wires a service on an open application. Nothing runs yet.
func newService(a *app, conn *nats.Conn, natsURL string, tokens *access.Tokens, publicURL string) *service {
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return &service{
		app: a, nats: conn, dial: func() (*nats.Conn, error) { return connectNATS(natsURL) }, tokens: tokens, metrics: metrics, publicURL: publicURL,
		runner: projections.NewRunner(a.pool, a.store, func(b eventstore.Book, err error) {
			a.log.Warn("the tables fell behind and are tried again", "book", b, "error", err)
		}),
		notary: pgstore.NewNotary(a.store, a.vault, func(b eventstore.Book, err error) {
			a.log.Warn("signing the log stopped and is tried again", "book", b, "error", err)
		}),
		ready: make(chan struct{}),
		more:  map[string]http.Handler{},
	}
}

// run serves until the context ends, and then lets everything under way come to its end.
func (s *service) run(ctx context.Context, listener net.Listener) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.runBooks(ctx) })
	publisher := bus.NewPublisher(s.store, s.nats, s.desk.Lenders(), publisherLock(s.app), s.metrics, s.log)
	group.Go(func() error { return publisher.Run(ctx) })
	herald := bus.Herald{From: s.store, Conn: s.nats, Directory: s.desk.Lenders(), Lock: publisherLock(s.app), Logger: s.log}
	group.Go(func() error { return herald.Run(ctx) })
	group.Go(func() error { return s.serveCommands(ctx) })
	group.Go(func() error { return s.react(ctx) })
	group.Go(func() error { return s.keepDays(ctx) })
	group.Go(func() error { return s.serveHTTP(ctx, listener) })
	if err := group.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// eventBooks is every open book, as the event store numbers them.
func (s *service) eventBooks() []eventstore.Book {
	var books []eventstore.Book
	for _, b := range s.books() {
		books = append(books, eventstore.Book(b))
	}
	return books
}

// finishIn is how long requests under way have, once the service is to stop.
const finishIn = 3 * time.Second

// serveHTTP answers requests until the context ends, and then finishes those under way.
func (s *service) serveHTTP(ctx context.Context, listener net.Listener) error {
	mux := http.NewServeMux()
	mux.Handle("/", s.api())
	mux.Handle("GET /{$}", http.RedirectHandler("/docs", http.StatusFound))
	for pattern, handler := range s.more {
		mux.Handle(pattern, handler)
	}
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	server := &http.Server{
		Handler: mux, BaseContext: func(net.Listener) context.Context { return requests }, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		time.AfterFunc(finishIn, cut) // what waits for events would wait for long
		finishing, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		ended <- server.Shutdown(finishing)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-ended
}

func (s *service) api() http.Handler {
	return httpapi.New(httpapi.Config{
		Commands: s.desk, Loans: s.desk, Books: s.desk, Directory: s.desk.Lenders(), Log: s.store, Proofs: s.notary,
		Certificates: &papers{app: s.app, notary: s.notary, caughtUp: s.caughtUp, publicURL: s.publicURL},
		Person:       personOf(s.desk), CloseDay: s.closeDay, OpenBooks: s.openMore, Authenticate: s.authenticate, Checks: s.checks(),
		Metrics: s.metrics, Logger: s.log, Version: version,
	})
}

// authenticate is who a bearer token speaks for.
func (s *service) authenticate(secret string) (httpapi.Caller, bool) {
	p, known := s.tokens.Authenticate(secret)
	return httpapi.Caller{Name: p.Name, Role: p.Role, May: p.May}, known
}

// checks is what readiness hangs on.
func (s *service) checks() []httpapi.Check {
	return []httpapi.Check{
		{Name: "database", Ask: s.pool.Ping},
		{Name: "nats", Ask: func(context.Context) error {
			if !s.nats.IsConnected() {
				return errors.New("not connected")
			}
			return nil
		}},
		{Name: "projections", Ask: s.tablesHealthy},
	}
}

// tablesHealthy is the error at which this process gave the tables of a book up.
func (s *service) tablesHealthy(context.Context) error {
	for _, b := range s.eventBooks() {
		if h := s.runner.Health(b); h.Stopped != nil {
			return h.Stopped
		}
	}
	return nil
}

// caughtUp waits until the tables know every event that is there now.
func (s *service) caughtUp(ctx context.Context) error {
	for _, b := range s.eventBooks() {
		head, err := s.store.Head(ctx, b)
		if err != nil {
			return err
		}
		if err := s.runner.WaitFor(ctx, b, head.Position); err != nil {
			return err
		}
	}
	return nil
}
