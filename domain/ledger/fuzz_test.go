package ledger_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"loanledger/domain/fact"
	"loanledger/domain/ledger"
)

// FuzzDecode: no body breaks a command. What is read has one canonical form, which survives being
// written and read; and given to a book with a loan it is carried out or refused with a code.
func FuzzDecode(f *testing.F) {
	for i, e := range ledger.Catalogue {
		for _, body := range bodies[e.Name] {
			f.Add(uint8(i), []byte(body))
		}
		f.Add(uint8(i), []byte(`null`))
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		e := ledger.Catalogue[int(which)%len(ledger.Catalogue)]
		c, err := e.Decode(uuid.Nil, data)
		if err != nil {
			if code(err) != "body_malformed" {
				t.Fatalf("%s: %v", e.Name, err)
			}
			return
		}
		canonical := c.Canonical()
		body, err := json.Marshal(c.Body)
		if err != nil {
			t.Fatal(err)
		}
		again, err := e.Decode(uuid.Nil, body)
		if err != nil || !bytes.Equal(again.Canonical(), canonical) {
			t.Fatalf("%s: %s is read again as %s, %v", e.Name, canonical, again.Canonical(), err)
		}
		for _, err := range carriedOut(t, e, string(data)) {
			if _, _, coded := fact.Explain(err); !coded {
				t.Fatalf("%s %s: %v", e.Name, data, err)
			}
		}
	})
}
