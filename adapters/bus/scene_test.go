package bus_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"loanledger/adapters/bus"
	"loanledger/domain/ident"
	"loanledger/eventstore"
	"loanledger/eventstore/memstore"
)

// scene is a log, a broker, and publishers between them.
type scene struct {
	testing.TB
	log     *memstore.Store
	broker  *broker
	books   directory
	locks   *locks
	metrics *prometheus.Registry
}

func newScene(t testing.TB, books directory) *scene {
	t.Helper()
	s := &scene{TB: t, log: memstore.New(time.Now), broker: newBroker(t), books: books, locks: newLocks()}
	for b := range books {
		s.must(s.log.OpenBook(context.Background(), eventstore.Book(b), 1))
	}
	return s
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// append adds n events to a book, one stream of ten each.
func (s *scene) append(book eventstore.Book, n int) {
	s.Helper()
	for n > 0 {
		run := min(n, 10)
		a := eventstore.StreamAppend{Stream: ident.Derive(ident.Book(book), "loan", fmt.Append(nil, n), uuid.New().NodeID())}
		for i := range run {
			a.Events = append(a.Events, eventstore.NewEvent{
				Type: []string{"loan.repaid", "loan.settled"}[i%2], Schema: 1, Data: fmt.Appendf(nil, `{ "nr":%d}`, i),
				Personal: []byte("sealed"),
			})
		}
		_, err := s.log.Append(context.Background(), book, eventstore.Append{
			Command: uuid.New(), Actor: "test:writer", Epoch: 1, Streams: []eventstore.StreamAppend{a},
		})
		s.must(err)
		n -= run
	}
}

// publish starts a publisher with a connection of its own; the answer stops it.
func (s *scene) publish(options ...nats.Option) (stop func()) {
	s.Helper()
	_, stop = s.publisher(options...)
	return stop
}

func (s *scene) publisher(options ...nats.Option) (*bus.Publisher, func()) {
	s.Helper()
	return s.publisherOn(s.broker.connect(options...))
}

func (s *scene) publishOn(conn *nats.Conn) (stop func()) {
	_, stop = s.publisherOn(conn)
	return stop
}

func (s *scene) publisherOn(conn *nats.Conn) (*bus.Publisher, func()) {
	s.metrics = newRegistry()
	p := bus.NewPublisher(s.log, conn, s.books, s.locks.lock, s.metrics, quiet())
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			s.Errorf("Run: %v", err)
		}
	}
	s.Cleanup(stop)
	return p, stop
}

func newRegistry() *prometheus.Registry { return prometheus.NewRegistry() }

// kill is what SIGKILL does: the connection goes first, and nothing is saved.
func (s *scene) kill(conn *nats.Conn, stop func()) {
	conn.Close()
	stop()
	s.locks.forget()
}

// all reads the stream from its first message on, until it has so many messages.
func (s *scene) all(count int) []jetstream.Msg {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	js := s.broker.jetstream()
	for {
		if stream, err := js.Stream(ctx, bus.StreamName); err == nil && int(stream.CachedInfo().State.Msgs) >= count {
			break
		}
		if ctx.Err() != nil {
			s.Fatalf("the stream has fewer than %d messages: %s", count, s.state())
		}
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(50 * time.Millisecond) // for what ought not to come
	consumer, err := js.OrderedConsumer(ctx, bus.StreamName, jetstream.OrderedConsumerConfig{})
	s.must(err)
	var all []jetstream.Msg
	for left := int(consumer.CachedInfo().NumPending); left > 0; {
		batch, err := consumer.Fetch(left, jetstream.FetchMaxWait(5*time.Second))
		s.must(err)
		for m := range batch.Messages() {
			all, left = append(all, m), left-1
		}
		s.must(batch.Error())
	}
	return all
}

func (s *scene) state() string {
	stream, err := s.broker.jetstream().Stream(context.Background(), bus.StreamName)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%+v", stream.CachedInfo().State)
}

// exactlyOnce checks that the stream has every event of every book, once and in order, as it is in the log.
func (s *scene) exactlyOnce() {
	s.Helper()
	logged := map[string][]eventstore.Event{}
	count := 0
	for b := range s.books {
		events, err := s.log.ReadBook(context.Background(), eventstore.Book(b), 0, 1<<30)
		s.must(err)
		logged[strconv.Itoa(int(b))] = events
		count += len(events)
	}
	seen := map[string]int{}
	for _, m := range s.all(count) {
		id := m.Headers().Get("ce-id")
		var book, position int
		if _, err := fmt.Sscanf(id, "%d-%d", &book, &position); err != nil {
			s.Fatalf("ce-id %q", id)
		}
		key := strconv.Itoa(book)
		if seen[key]++; seen[key] != position {
			s.Fatalf("message %s comes as number %d of its book", id, seen[key])
		}
		if e := logged[key][position-1]; !bytes.Equal(m.Data(), e.Data) || m.Headers().Get("ce-subject") != e.Stream.String() {
			s.Fatalf("message %s is not its event: %s", id, m.Data())
		}
	}
	for key, events := range logged {
		if seen[key] != len(events) {
			s.Fatalf("book %s: %d of %d events", key, seen[key], len(events))
		}
	}
}

// expect checks that the stream has a book's events from a position on, so many.
func (s *scene) expect(book eventstore.Book, from, count int) {
	s.Helper()
	var positions []string
	s.eventually("the stream has them", func() bool {
		positions = nil
		for _, m := range s.all(0) {
			if strings.HasPrefix(m.Headers().Get("ce-id"), itoa(int(book))+"-") {
				positions = append(positions, m.Headers().Get("ce-position"))
			}
		}
		return len(positions) >= count
	})
	if len(positions) != count {
		s.Fatalf("book %d: %d messages, not %d: %v", book, len(positions), count, positions)
	}
	for i, p := range positions {
		if p != itoa(from+i) {
			s.Fatalf("book %d: positions %v", book, positions)
		}
	}
}

func (s *scene) eventually(what string, is func() bool) {
	s.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			s.Fatalf("not in time: %s", what)
		}
	}
}

func (s *scene) purge() {
	s.Helper()
	stream, err := s.broker.jetstream().Stream(context.Background(), bus.StreamName)
	s.must(err)
	s.must(stream.Purge(context.Background()))
}

// metric is a counter or gauge of the last publisher, by the values of its labels in their order.
func (s *scene) metric(name string, labels ...string) float64 {
	s.Helper()
	families, err := s.metrics.Gather()
	s.must(err)
	for _, f := range families {
		for _, m := range f.Metric {
			values := make([]string, 0, len(m.Label))
			for _, l := range m.Label {
				values = append(values, l.GetValue())
			}
			if f.GetName() == name && slices.Equal(values, labels) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return 0
}

func itoa(n int) string { return strconv.Itoa(n) }
