package bus_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"loanledger/adapters/bus"
	"loanledger/eventstore"
)

// BenchmarkPublish publishes events of a usual size; the broker shares the machine.
func BenchmarkPublish(b *testing.B) {
	s := newScene(b, directory{1: "smartcash"})
	for n := b.N; n > 0; n -= 10_000 {
		a := eventstore.StreamAppend{Stream: uuid.New()}
		for range min(n, 10_000) {
			a.Events = append(a.Events, eventstore.NewEvent{Type: "loan.repaid", Schema: 1, Data: make([]byte, 500)})
		}
		_, err := s.log.Append(context.Background(), 1, eventstore.Append{
			Command: uuid.New(), Epoch: 1, Streams: []eventstore.StreamAppend{a},
		})
		s.must(err)
	}
	_, err := bus.EnsureStream(context.Background(), s.broker.jetstream())
	s.must(err)
	b.ResetTimer()
	s.publish()
	for s.metric("loanledger_publisher_position", "1") < float64(b.N) {
		time.Sleep(time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkPublishBaseline is what the client library does with the same bytes, asynchronously and
// without any order being promised.
func BenchmarkPublishBaseline(b *testing.B) {
	s := newScene(b, directory{1: "smartcash"})
	js, err := jetstream.New(s.broker.connect(), jetstream.WithPublishAsyncMaxPending(2000))
	s.must(err)
	_, err = bus.EnsureStream(context.Background(), js)
	s.must(err)
	data := make([]byte, 500)
	b.ResetTimer()
	for i := range b.N {
		m := &nats.Msg{Subject: "ledger.evt.smartcash.loan.repaid", Data: data, Header: nats.Header{
			"ce-id": {fmt.Sprint("1-", i)}, "Nats-Msg-Id": {fmt.Sprint("1-", i)}, "ce-type": {"loan.repaid"},
			"ce-source": {"/lenders/smartcash/books/1"}, "ce-subject": {uuid.NewString()}, "ce-command": {uuid.NewString()},
			"ce-time": {time.Now().Format(time.RFC3339Nano)}, "ce-specversion": {"1.0"}, "ce-datacontenttype": {"application/json"},
			"ce-dataschema": {"urn:loanledger:event:loan.repaid:1"}, "ce-position": {fmt.Sprint(i)}, "ce-version": {fmt.Sprint(i)},
		}}
		_, err := js.PublishMsgAsync(m, jetstream.WithStallWait(time.Minute))
		s.must(err)
	}
	<-js.PublishAsyncComplete()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
