package bus

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"loanledger/domain/ledger"
	"loanledger/eventstore"
)

// FuzzParseOrder reads any bytes as every command. What is accepted has a canonical form that is
// accepted again as the same command.
func FuzzParseOrder(f *testing.F) {
	for _, seed := range []string{
		``, `null`, `{}`, `[]`, `{"loan_id": "00010000-0000-8000-8000-000000000000", "amount": "1.00"}`,
		`{"lender": "smartcash", "product": "payday", "principal": "10000.00", "term_days": 15}`,
		`{"borrower_id": "00010000-0000-8000-8000-000000000000"}`, `{"loan_id": "x", "loan_id": "y"}`,
		`{"lender": "smartcash", "product": {"code": "a"}}`, "{\"loan_id\":\"\xff\"}",
	} {
		f.Add([]byte(seed), "k1", `"3"`)
	}
	f.Fuzz(func(t *testing.T, data []byte, key, ifMatch string) {
		h := nats.Header{headerKey: {key}, headerIfMatch: {ifMatch}}
		for _, entry := range ledger.Catalogue {
			o, err := parseOrder(entry, h, data)
			if err != nil {
				if p, known := explain(err); !known || p.Status >= http.StatusInternalServerError {
					t.Fatalf("%s: %v", entry.Name, err)
				}
				continue
			}
			body, err := json.Marshal(o.command.Body)
			if err != nil {
				t.Fatal(err)
			}
			again, err := entry.Decode(o.command.Target, body)
			if err != nil || !bytes.Equal(again.Canonical(), o.command.Canonical()) {
				t.Fatalf("%s: %s is not %s: %v", entry.Name, again.Canonical(), o.command.Canonical(), err)
			}
		}
	})
}

// FuzzParseEvent reads any headers. What is an event is written as the same headers again.
func FuzzParseEvent(f *testing.F) {
	m := envelope("smartcash", &eventstore.Event{
		Book: 1, Position: 2, Stream: uuid.New(), Version: 3, Type: "loan.repaid", Schema: 4, Command: uuid.New(),
	}, false)
	h := func(name string) string { return m.Header.Get(name) }
	f.Add(h(headerID), h(headerType), h(headerSchema), h(headerVersion), h(headerTime), h(headerSubject), h(headerCommand))
	f.Add("0-0", "", "urn:loanledger:event::1", "-1", "", "", "")
	f.Fuzz(func(t *testing.T, id, typ, schema, version, at, subject, command string) {
		header := nats.Header{
			headerID: {id}, headerType: {typ}, headerSchema: {schema}, headerVersion: {version}, headerTime: {at},
			headerSubject: {subject}, headerCommand: {command},
		}
		e, err := parseEvent(header, nil)
		if err != nil {
			return
		}
		again, err := parseEvent(envelope("x", &e, false).Header, nil)
		if err != nil || again.Book != e.Book || again.Position != e.Position || again.Type != e.Type || again.Schema != e.Schema ||
			again.Version != e.Version || !again.RecordedAt.Equal(e.RecordedAt) || again.Stream != e.Stream || again.Command != e.Command {
			t.Fatalf("%+v is not %+v: %v", again, e, err)
		}
	})
}
