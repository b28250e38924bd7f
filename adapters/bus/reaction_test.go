package bus_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"loanledger/adapters/bus"
	"loanledger/eventstore"
)

// ledgerOfDeeds is what was done about which event, in order.
type ledgerOfDeeds struct {
	mu    sync.Mutex
	tries []string
}

func (l *ledgerOfDeeds) note(e eventstore.Event) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	id := fmt.Sprintf("%d-%d", e.Book, e.Position)
	l.tries = append(l.tries, id)
	n := 0
	for _, t := range l.tries {
		if t == id {
			n++
		}
	}
	return n
}

func (l *ledgerOfDeeds) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string{}, l.tries...)
}

var quick = bus.Retry{Tries: 3, First: 5 * time.Millisecond, Longest: 20 * time.Millisecond}

// react runs reactions until the answer is called.
func (s *scene) react(reactions ...bus.Reaction) (stop func()) {
	s.Helper()
	dial := func() (*nats.Conn, error) {
		return nats.Connect(s.broker.nats.ClientURL(), nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond))
	}
	s.metrics = newRegistry()
	r := bus.NewReactors(dial, quick, s.metrics, quiet(), reactions...)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			s.Errorf("Run: %v", err)
		}
	})
	s.Cleanup(stop)
	return stop
}

// poisoned is the ids of the events in the poison queue.
func (s *scene) poisoned() (ids []string, reasons []string) {
	s.Helper()
	js := s.broker.jetstream()
	stream, err := js.Stream(context.Background(), bus.PoisonName)
	s.must(err)
	for i := stream.CachedInfo().State.FirstSeq; i > 0 && i <= stream.CachedInfo().State.LastSeq; i++ {
		m, err := stream.GetMsg(context.Background(), i)
		s.must(err)
		ids, reasons = append(ids, m.Subject+" "+m.Header.Get("ce-id")), append(reasons, m.Header.Get("reason_poisoned"))
	}
	return ids, reasons
}

func TestReactionsInOrder(t *testing.T) {
	s := newScene(t, directory{1: "smartcash", 2: "cashper"})
	s.publish()
	var deeds, settled ledgerOfDeeds
	s.react(bus.Reaction{Name: "all", Types: []string{"loan.repaid", "loan.settled"}, Parallel: 1,
		React: func(_ context.Context, e eventstore.Event) error {
			if e.Schema != 1 || e.Personal != nil || len(e.Data) == 0 || e.RecordedAt.IsZero() {
				t.Errorf("%+v", e)
			}
			if n := deeds.note(e); n == 1 && e.Position == 7 {
				return errors.New("not at the first try")
			}
			return nil
		},
	}, bus.Reaction{Name: "settled", Types: []string{"loan.settled"}, Parallel: 3,
		React: func(_ context.Context, e eventstore.Event) error { settled.note(e); return nil },
	})
	s.append(1, 30)
	s.eventually("all events are seen to", func() bool { return len(deeds.all()) == 31 && len(settled.all()) == 15 })
	for i, id := range deeds.all() {
		position := i + 1
		if i >= 7 {
			position = i
		}
		if id != fmt.Sprintf("1-%d", position) {
			t.Fatalf("%v", deeds.all())
		}
	}
	if n := s.metric("loanledger_reactor_events_total", "all", "done"); n != 30 {
		t.Errorf("%v are done", n)
	}
}

func TestPoisonQueue(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	s.publish()
	var deeds ledgerOfDeeds
	s.react(bus.Reaction{Name: "sms", Types: []string{"loan.repaid"}, Parallel: 1,
		React: func(_ context.Context, e eventstore.Event) error {
			deeds.note(e)
			switch e.Position {
			case 3:
				return errors.New("the gateway is away")
			case 5:
				return refusedForGood{}
			case 7:
				panic("the phone is +79161234567")
			}
			return nil
		},
	})
	s.append(1, 10)
	s.eventually("the others go on", func() bool { d := deeds.all(); return len(d) > 0 && d[len(d)-1] == "1-9" })
	s.eventually("three are poisoned", func() bool { return s.metric("loanledger_reactor_events_total", "sms", "poisoned") == 3 })
	ids, reasons := s.poisoned()
	want := []string{"ledger.poison.sms 1-3", "ledger.poison.sms 1-5", "ledger.poison.sms 1-7"}
	if fmt.Sprint(ids) != fmt.Sprint(want) || fmt.Sprint(reasons) != "[the gateway is away it is no phone it panicked]" {
		t.Errorf("%v %v", ids, reasons)
	}
	if got := fmt.Sprint(deeds.all()); got != "[1-1 1-3 1-3 1-3 1-5 1-7 1-7 1-7 1-9]" {
		t.Errorf("tries: %s", got)
	}
}

type refusedForGood struct{}

func (refusedForGood) Error() string   { return "it is no phone" }
func (refusedForGood) Permanent() bool { return true }

// What is on the stream and no event ends in the poison queue, each by itself, and blocks nothing.
func TestForeignMessages(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	stop := s.publish()
	s.append(1, 1)
	s.exactlyOnce()
	stop()
	js := s.broker.jetstream()
	for range 2 {
		_, err := js.Publish(context.Background(), "ledger.evt.smartcash.loan.repaid", []byte("?"))
		s.must(err)
	}
	var deeds ledgerOfDeeds
	s.react(bus.Reaction{Name: "sms", Types: []string{"loan.repaid"}, Parallel: 1,
		React: func(_ context.Context, e eventstore.Event) error { deeds.note(e); return nil }})
	s.publish()
	s.append(1, 3)
	s.eventually("the events are seen to", func() bool { return fmt.Sprint(deeds.all()) == "[1-1 1-2 1-4]" })
	if ids, _ := s.poisoned(); len(ids) != 2 {
		t.Errorf("%q", ids)
	}
}

// A reactor that stops gives back what it has at hand, and the next one does it at once.
func TestStopInTheMiddle(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	s.publish()
	s.append(1, 10)
	s.exactlyOnce()
	for range 5 {
		began := make(chan struct{}, 10)
		stop := s.react(bus.Reaction{Name: "slow", Types: []string{"loan.repaid"}, Parallel: 2,
			React: func(ctx context.Context, _ eventstore.Event) error {
				began <- struct{}{}
				<-ctx.Done()
				return ctx.Err()
			}})
		select {
		case <-began:
		case <-time.After(5 * time.Second):
			t.Fatal("what the last one gave back does not come")
		}
		stop()
	}
	if ids, _ := s.poisoned(); len(ids) != 0 {
		t.Errorf("poisoned: %q", ids)
	}
}

func TestReactorsSurviveTheBroker(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	s.publish()
	var deeds ledgerOfDeeds
	s.react(bus.Reaction{Name: "sms", Types: []string{"loan.repaid", "loan.settled"}, Parallel: 1,
		React: func(_ context.Context, e eventstore.Event) error { deeds.note(e); return nil }})
	for round := range 3 {
		s.append(1, 10)
		if round == 1 {
			s.broker.stop()
			time.Sleep(50 * time.Millisecond)
			s.broker.start()
		}
		if round == 2 {
			js := s.broker.jetstream()
			s.must(js.DeleteConsumer(context.Background(), bus.StreamName, "reaction-sms"))
		}
		last := fmt.Sprintf("1-%d", (round+1)*10)
		s.eventually(last, func() bool { d := deeds.all(); return len(d) > 0 && d[len(d)-1] == last })
	}
}

// The durable consumer of a reaction is what says how far it is.
func TestDurable(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	s.publish()
	s.append(1, 10)
	var deeds ledgerOfDeeds
	reaction := bus.Reaction{Name: "sms", Types: []string{"loan.repaid"}, Parallel: 1,
		React: func(_ context.Context, e eventstore.Event) error { deeds.note(e); return nil }}
	for round := range 3 {
		stop := s.react(reaction)
		s.eventually("all are seen to", func() bool { return len(deeds.all()) == 5*(round+1) })
		stop()
		s.append(1, 10)
	}
}

// Every event is asked for as soon as the last one is done: no flow stands still until the broker
// has been silent for too long.
func TestNoStandstill(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	s.publish()
	var deeds ledgerOfDeeds
	s.react(bus.Reaction{Name: "sms", Types: []string{"loan.repaid"}, Parallel: 1,
		React: func(_ context.Context, e eventstore.Event) error { deeds.note(e); return nil }})
	for round := range 200 {
		began := time.Now()
		s.append(1, 10)
		s.eventually("all are seen to", func() bool { return len(deeds.all()) == 5*(round+1) })
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("round %d took %s", round, took)
		}
	}
}
