package bus_test

import (
	"bytes"
	"context"
	"testing"
	"time"
)

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
