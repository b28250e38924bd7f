package bus_test

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
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
	s.metrics = prometheus.NewRegistry()
	conn := s.broker.connect(options...)
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

func TestEveryEventOnceInOrder(t *testing.T) {
	s := newScene(t, directory{1: "smartcash", 2: "cashper"})
	s.append(1, 3000)
	s.append(2, 10)
	s.publish()
	for range 30 {
		s.append(1, 40)
		s.append(2, 7)
		time.Sleep(time.Millisecond)
	}
	s.exactlyOnce()
}

func TestMessage(t *testing.T) {
	s := newScene(t, directory{7: "smartcash"})
	s.append(7, 2)
	s.publish()
	events, err := s.log.ReadBook(context.Background(), 7, 0, 10)
	s.must(err)
	m, e := s.all(2)[1], events[1]
	if m.Subject() != "ledger.evt.smartcash.loan.settled" || string(m.Data()) != `{ "nr":1}` {
		t.Errorf("%s %s", m.Subject(), m.Data())
	}
	want := map[string]string{
		"ce-specversion": "1.0", "ce-id": "7-2", "ce-source": "/lenders/smartcash/books/7", "ce-type": "loan.settled",
		"ce-time": e.RecordedAt.Format(time.RFC3339Nano), "ce-subject": e.Stream.String(),
		"ce-datacontenttype": "application/json", "ce-dataschema": "urn:loanledger:event:loan.settled:1",
		"ce-position": "2", "ce-version": "2", "ce-command": e.Command.String(), "Nats-Msg-Id": "7-2",
	}
	for name, value := range want {
		if got := m.Headers().Get(name); got != value {
			t.Errorf("%s is %q, not %q", name, got, value)
		}
	}
	for name, values := range m.Headers() {
		if _, known := want[name]; !known && name[:5] != "Nats-" {
			t.Errorf("header %s: %q", name, values)
		}
		if bytes.Contains([]byte(values[0]), []byte("sealed")) {
			t.Errorf("header %s has personal data", name)
		}
	}
}
