package orders_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"loanledger/adapters/internal/orders"

	"github.com/google/uuid"
)

// Hundreds of commands are under way at a time, and no more.
func TestManySideBySide(t *testing.T) {
	const most = 128
	entered, free := make(chan struct{}, 2*most), make(chan struct{})
	s := stream(func(context.Context, orders.Order) error { entered <- struct{}{}; <-free; return nil })
	var body strings.Builder
	for n := range 2 * most {
		body.WriteString(lineFor(uuid.UUID{0: byte(n >> 8), 1: byte(n), 15: 1}, n))
	}
	p := &page{}
	ended := make(chan error)
	go func() { ended <- s.Run(t.Context(), strings.NewReader(body.String()), p) }()
	for range most {
		<-entered
	}
	time.Sleep(50 * time.Millisecond) // for what ought not to come
	if n := len(entered); n != 0 {
		t.Errorf("%d more than %d at a time", n, most)
	}
	close(free)
	if err := <-ended; err != nil || len(p.lines) != 2*most {
		t.Errorf("%d answers, %v", len(p.lines), err)
	}
}

// While two streams have more to do than there are hands, a third one gets its share.
func TestStreamsShareTheCrew(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	busy := stream(func(context.Context, orders.Order) error { time.Sleep(time.Millisecond); return nil })
	for range 3 {
		running.Go(func() {
			if err := busy.Run(ctx, &endless{}, nothing{}); err != nil {
				t.Error(err)
			}
		})
	}
	time.Sleep(20 * time.Millisecond) // until they have more to do
	var body strings.Builder
	for n := range 200 {
		body.WriteString(lineFor(target(n%7), n))
	}
	p := &page{}
	began := time.Now()
	if err := busy.Run(t.Context(), strings.NewReader(body.String()), p); err != nil || len(p.lines) != 200 {
		t.Errorf("%d answers, %v", len(p.lines), err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("200 lines beside three endless streams took %v", took)
	}
	cancel()
	running.Wait()
}

func BenchmarkStream(b *testing.B) {
	var body strings.Builder
	for n := range 1000 {
		body.WriteString(lineFor(uuid.UUID{0: byte(n >> 8), 1: byte(n), 15: 1}, n))
	}
	s := stream(func(context.Context, orders.Order) error { return nil })
	b.ReportAllocs()
	for b.Loop() {
		if err := s.Run(context.Background(), strings.NewReader(body.String()), nothing{}); err != nil {
			b.Fatal(err)
		}
	}
}
