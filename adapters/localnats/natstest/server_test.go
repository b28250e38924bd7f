package natstest_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"loanledger/adapters/localnats/natstest"
)

func TestClientsComeBackAfterARestart(t *testing.T) {
	s := natstest.Start(t)
	reconnected := make(chan struct{}, 1)
	nc, err := nats.Connect(s.URL(), nats.MaxReconnects(-1), nats.ReconnectWait(20*time.Millisecond),
		nats.ReconnectHandler(func(*nats.Conn) { reconnected <- struct{}{} }))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "KEPT", Subjects: []string{"kept"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "kept", []byte("first")); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	if _, err := nats.Connect(s.URL()); err == nil {
		t.Fatal("a stopped server takes connections")
	}
	s.StartAgain()
	select {
	case <-reconnected:
	case <-time.After(20 * time.Second):
		t.Fatal("the client did not come back")
	}
	m, err := kept.GetMsg(t.Context(), 1)
	if err != nil || string(m.Data) != "first" {
		t.Errorf("message is %v, %v", m, err)
	}
}

func TestEachTestHasItsOwnServer(t *testing.T) {
	if one, two := natstest.Start(t), natstest.Start(t); one.URL() == two.URL() {
		t.Error("two tests share a server")
	}
}
