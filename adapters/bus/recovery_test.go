package bus_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"loanledger/adapters/bus"
	"loanledger/eventstore"
)

func TestBrokerStopsAndStarts(t *testing.T) {
	s := newScene(t, directory{1: "smartcash", 2: "cashper"})
	s.publish()
	var writing sync.WaitGroup
	for b := range s.books {
		writing.Go(func() {
			for range 200 {
				s.append(eventstore.Book(b), 20)
				time.Sleep(time.Millisecond)
			}
		})
	}
	for range 4 {
		time.Sleep(60 * time.Millisecond)
		s.broker.stop()
		time.Sleep(40 * time.Millisecond)
		s.broker.start()
	}
	writing.Wait()
	s.exactlyOnce()
}

func TestStartsBeforeTheBroker(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	s.append(1, 50)
	s.broker.stop()
	url := s.broker.nats.ClientURL()
	conn, err := nats.Connect(url, nats.RetryOnFailedConnect(true), nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond))
	s.must(err)
	defer conn.Close()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	p := bus.NewPublisher(s.log, conn, s.books, s.locks.lock, newRegistry(), quiet())
	go func() { defer close(done); _ = p.Run(ctx) }()
	time.Sleep(100 * time.Millisecond)
	s.broker.start()
	s.exactlyOnce()
	cancel()
	<-done
}

// Publishers die at random moments with messages on their way, and forget everything.
func TestKilledPublishers(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	s := newScene(t, directory{1: "smartcash", 2: "smartcash", 3: "cashper"})
	for range 12 {
		s.append(1, random.IntN(2000))
		s.append(2, random.IntN(50)+1)
		s.append(3, random.IntN(1500))
		conn := s.broker.connect()
		stop := s.publishOn(conn)
		time.Sleep(time.Duration(random.IntN(40)) * time.Millisecond)
		s.kill(conn, stop)
	}
	s.publish()
	s.exactlyOnce()
}

// What arrived and what did not is found out without the broker's memory of message ids: here it has
// forgotten all of them.
func TestKilledLongAgo(t *testing.T) {
	s := newScene(t, directory{1: "smartcash", 2: "smartcash"})
	s.append(1, 500)
	s.append(2, 300)
	stop := s.publish()
	s.exactlyOnce()
	stop()
	s.locks.forget()
	s.forgetIDs()
	s.append(1, 10)
	s.append(2, 10)
	s.publish()
	s.exactlyOnce()
}

// forgetIDs lets the broker's window for doubles pass, by starting it again on a stream whose window
// is over.
func (s *scene) forgetIDs() {
	s.Helper()
	ctx := context.Background()
	js := s.broker.jetstream()
	stream, err := js.Stream(ctx, bus.StreamName)
	s.must(err)
	c := stream.CachedInfo().Config
	c.Duplicates = 100 * time.Millisecond
	_, err = js.UpdateStream(ctx, c)
	s.must(err)
	time.Sleep(300 * time.Millisecond)
	s.broker.stop()
	s.broker.start()
}

func TestTwoPublishersWithOneLock(t *testing.T) {
	s := newScene(t, directory{1: "smartcash", 2: "smartcash"})
	first := s.publish()
	s.publish()
	for i := range 40 {
		s.append(1, 50)
		s.append(2, 3)
		if i == 20 {
			first()
		}
		time.Sleep(time.Millisecond)
	}
	s.exactlyOnce()
	s.locks.mu.Lock()
	defer s.locks.mu.Unlock()
	if s.locks.taken != 4 {
		t.Errorf("the locks were taken %d times: nobody waited", s.locks.taken)
	}
}

// Two publishers that both believe to hold the lock, as after a pause of one of them.
func TestTwoPublishersWithoutALock(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	s.publish()
	s.locks = newLocks()
	s.publish()
	for range 60 {
		s.append(1, 100)
		time.Sleep(time.Millisecond)
	}
	s.exactlyOnce()
}

func TestBrokerRestoredFromAnOlderCopy(t *testing.T) {
	s := newScene(t, directory{1: "smartcash", 2: "cashper"})
	s.append(1, 100)
	s.append(2, 100)
	stop := s.publish()
	s.exactlyOnce()
	older := s.broker.backup()
	s.append(1, 100)
	s.exactlyOnce()
	stop()
	if s.locks.note(1) != 200 {
		t.Fatalf("the note says %d", s.locks.note(1))
	}
	s.broker.restore(older)
	s.publish()
	s.append(1, 5)
	s.exactlyOnce()
	if n := s.metric("loanledger_publisher_losses_total", "1"); n != 1 {
		t.Errorf("%v losses of book 1 were noticed", n)
	}
	if n := s.metric("loanledger_publisher_losses_total", "2"); n != 0 {
		t.Errorf("%v losses of book 2 were noticed", n)
	}
}

func TestBrokerRestoredUnderARunningPublisher(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	s.append(1, 100)
	s.publish()
	s.exactlyOnce()
	older := s.broker.backup()
	s.append(1, 2500)
	s.exactlyOnce()
	s.broker.restore(older)
	s.append(1, 5)
	s.exactlyOnce()
}

func TestStreamDeleted(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	s.append(1, 100)
	s.publish()
	s.exactlyOnce()
	s.must(s.broker.jetstream().DeleteStream(context.Background(), bus.StreamName))
	s.append(1, 5)
	s.exactlyOnce()
}

// What was purged, or has grown too old, is not published again.
func TestStreamPurged(t *testing.T) {
	s := newScene(t, directory{1: "smartcash", 2: "smartcash"})
	s.append(1, 100)
	s.append(2, 100)
	stop := s.publish()
	s.exactlyOnce()
	stop()
	s.purge()
	stop = s.publish()
	s.append(1, 5)
	s.expect(1, 101, 5)
	stop()
	s.forgetIDs()
	s.publish()
	s.append(2, 5)
	s.append(1, 5)
	s.expect(1, 101, 10)
	s.expect(2, 101, 5)
}

// The ends of the streams are removed one by one, which the broker remembers for two minutes.
func TestLastMessagesRemoved(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	s.append(1, 20)
	stop := s.publish()
	s.exactlyOnce()
	stop()
	stream, err := s.broker.jetstream().Stream(context.Background(), bus.StreamName)
	s.must(err)
	for i := range 3 {
		s.must(stream.DeleteMsg(context.Background(), stream.CachedInfo().State.LastSeq-uint64(i)))
	}
	s.publish()
	s.append(1, 4)
	all := s.all(21)
	for i, want := range []string{"1-17", "1-21", "1-22", "1-23", "1-24"} {
		if got := all[16+i].Headers().Get("ce-id"); got != want {
			t.Fatalf("message %d is %s, not %s", 17+i, got, want)
		}
	}
}

func TestStreamAheadOfTheLog(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	s.append(1, 100)
	stop := s.publish()
	s.exactlyOnce()
	stop()
	s.log = newScene(t, s.books).log // a log that was lost
	s.append(1, 50)
	s.publish()
	s.eventually("publishing is refused", func() bool {
		return s.metric("loanledger_publisher_restarts_total", "1", "ahead") > 2
	})
	if n := len(s.all(100)); n != 100 {
		t.Errorf("%d messages", n)
	}
}

func TestRepublish(t *testing.T) {
	s := newScene(t, directory{1: "smartcash"})
	s.append(1, 2500)
	p, _ := s.publisher()
	s.all(2500)
	s.must(p.Republish(context.Background(), 1, 1001))
	s.append(1, 10)
	all := s.all(4010)
	if len(all) != 4010 {
		t.Fatalf("%d messages", len(all))
	}
	for i, m := range all {
		want := i + 1
		if i >= 2500 {
			want = i + 1 - 1500
		}
		if got := m.Headers().Get("ce-position"); got != itoa(want) {
			t.Fatalf("message %d has position %s, not %d", i+1, got, want)
		}
	}
	if err := p.Republish(context.Background(), 9, 1); err == nil {
		t.Error("a book that is not published was republished")
	}
}

func TestSettingsOfTheOperatorStay(t *testing.T) {
	b := newBroker(t)
	ctx, js := context.Background(), b.jetstream()
	_, err := js.CreateStream(ctx, jetstream.StreamConfig{
		Name: bus.StreamName, Subjects: []string{"ledger.evt.>"}, MaxAge: 240 * time.Hour, Duplicates: time.Hour,
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		stream, err := bus.EnsureStream(ctx, js)
		if err != nil {
			t.Fatal(err)
		}
		c := stream.CachedInfo().Config
		if c.MaxAge != 240*time.Hour || c.Duplicates != time.Hour || !c.AllowBatchPublish || len(c.Subjects) != 1 {
			t.Errorf("%+v", c)
		}
	}
}
