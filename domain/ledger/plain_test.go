package ledger_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"testing"

	"github.com/google/uuid"

	"loanledger/domain/ledger"
)

// strictly is how encoding/json reads a body when it takes nothing that it does not know.
func strictly(e ledger.Entry, data []byte) (any, error) {
	body := e.NewBody()
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(body); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more")
	}
	return body, nil
}

// canonicalForm is the canonical form by encoding/json alone: the digests of the log hold it for ever.
func canonicalForm(t *testing.T, c ledger.Command) []byte {
	t.Helper()
	data, err := json.Marshal(struct {
		Name   string
		Target uuid.UUID
		Body   any
	}{c.Entry.Name, c.Target, c.Body})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sameAsJSON checks that the short way of reading and writing is that of encoding/json.
func sameAsJSON(t *testing.T, e ledger.Entry, data []byte) (plain bool) {
	t.Helper()
	want, strictErr := strictly(e, data)
	c, _, plain := e.DecodePlain(uuid.UUID{15: 7}, data, "")
	if plain && (strictErr != nil || !reflect.DeepEqual(c.Body, want)) {
		t.Fatalf("%s: %q is read as %+v, not %+v, %v", e.Name, data, c.Body, want, strictErr)
	}
	if strictErr != nil {
		return plain
	}
	c = ledger.Command{Entry: e, Target: uuid.UUID{15: 7}, Body: want}
	if got, want := c.Canonical(), canonicalForm(t, c); !bytes.Equal(got, want) {
		t.Fatalf("%s: the canonical form is %s, not %s", e.Name, got, want)
	}
	return plain
}

func FuzzDecodePlain(f *testing.F) {
	for i, e := range ledger.Catalogue {
		for _, body := range bodies[e.Name] {
			f.Add(uint8(i), []byte(body))
		}
	}
	for _, e := range []string{`{"days":-0}`, `{"days":01}`, `{"days":1e0}`, `{"ref":"\u0041"}`, `{"ref":"<&>"}`, `{"ref":"é\u2028"}`, "{\"ref\":\"\xff\"}", `{"ref":"a","ref":"b"}`, `{"Ref":"a"}`} {
		f.Add(uint8(6), []byte(e))
		f.Add(uint8(7), []byte(e))
	}
	f.Fuzz(func(t *testing.T, which uint8, data []byte) {
		sameAsJSON(t, ledger.Catalogue[int(which)%len(ledger.Catalogue)], data)
	})
}

// What is right is read the short way, and everything else goes the long one, which says what is wrong.
func TestWhatIsPlain(t *testing.T) {
	for _, c := range []struct {
		command, body string
		plain         bool
	}{
		{"loan.repay", `{"amount":"2500.00","currency":"RUB","value_date":"2026-11-02","ref":"платёж <1> & co","from":"borrower"}`, true},
		{"loan.repay", " {\n\t\"ref\" : \"r\" , \"amount\":\"1\" } \r\n", true},
		{"loan.repay", `{}`, true},
		{"loan.approve", `{}`, true},
		{"borrower.certify", ` { } `, true},
		{"loan.prolong", `{"days":10}`, true},
		{"loan.prolong", `{"days":-0}`, true},
		{"loan.apply", bodies["loan.apply"][0], true},
		{"loan.apply", `{"lender":"x","borrower_id":"00011F0A-7c52-8e11-9a3b-5d2f6c4e8b70"}`, true},
		{"loan.apply", `{"lender":"x","borrower_id":"urn:uuid:00011f0a-7c52-8e11-9a3b-5d2f6c4e8b70"}`, true},
		{"loan.apply", `{"lender":"x","borrower":null}`, true},
		{"loan.apply", `{"borrower":{"phone":"1","phone":"2"}}`, false},
		{"loan.prolong", `{"days":10.0}`, false},
		{"loan.prolong", `{"days":010}`, false},
		{"loan.prolong", `{"days":1234567890123456789}`, true},
		{"loan.prolong", `{"days":12345678901234567890}`, false},
		{"loan.prolong", `{"days":"10"}`, false},
		{"loan.repay", `{"amount":1}`, false},
		{"loan.repay", `{"Amount":"1"}`, true},
		{"loan.repay", `{"amount":"1","amount":"2"}`, false},
		{"loan.repay", `{"ref":"\n"}`, true},
		{"loan.repay", "{\"ref\":\"\n\"}", false},
		{"loan.repay", "{\"ref\":\"\xff\"}", true},
		{"loan.repay", `{"value_date":"2026-02-30"}`, false},
		{"loan.repay", `{"amount":"1",}`, false},
		{"loan.repay", `{"amount":"1"} {}`, false},
		{"loan.repay", `{"amount":"1"`, false},
		{"loan.repay", `{"unknown":"1"}`, false},
		{"loan.sign", `{"code":"1","CodeMatches":true}`, false},
		{"loan.repay", ``, false},
		{"loan.repay", `null`, true},
		{"book.publish_product", bodies["book.publish_product"][0], true},
	} {
		entry, err := ledger.Lookup(c.command)
		if err != nil {
			t.Fatal(err)
		}
		if plain := sameAsJSON(t, entry, []byte(c.body)); plain != c.plain {
			t.Errorf("%s %s: plain is %v", c.command, c.body, plain)
		}
	}
}

// One more field is answered beside the body, wherever it stands.
func TestPlainBodiesWithTheirTarget(t *testing.T) {
	repay, err := ledger.Lookup("loan.repay")
	if err != nil {
		t.Fatal(err)
	}
	for body, plain := range map[string]bool{
		`{"loan_id":"x","amount":"1.00"}`: true, `{"amount":"1.00","loan_id":"x"}`: true, ` {"amount":"1.00" , "loan_id" : "x" } `: true,
		`{"loan_id":"x","amount":"1.00","loan_id":"x"}`: false, `{"loan_id":7,"amount":"1.00"}`: false, `{"Loan_id":"x","amount":"1.00"}`: false,
	} {
		c, id, is := repay.DecodePlain(uuid.Nil, []byte(body), "loan_id")
		if is != plain {
			t.Errorf("%s: plain is %v", body, is)
		}
		if want, _ := strictly(repay, []byte(`{"amount":"1.00"}`)); is && (id != "x" || !reflect.DeepEqual(c.Body, want)) {
			t.Errorf("%s is read as %q, %+v", body, id, c.Body)
		}
	}
	if _, id, is := repay.DecodePlain(uuid.Nil, []byte(`{"amount":"1.00"}`), "loan_id"); !is || id != "" {
		t.Errorf("a field that is not there is read as %q, %v", id, is)
	}
	apply, err := ledger.Lookup("loan.apply")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, is := apply.DecodePlain(uuid.Nil, []byte(`{"borrower":{"loan_id":"x"}}`), "loan_id"); is {
		t.Error("the field is taken from within another one")
	}
}

func BenchmarkDecode(b *testing.B) {
	repay, err := ledger.Lookup("loan.repay")
	if err != nil {
		b.Fatal(err)
	}
	body := []byte(`{"amount":"1.00","ref":"bench-1234567"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := repay.Decode(uuid.Nil, body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCanonical(b *testing.B) {
	repay, err := ledger.Lookup("loan.repay")
	if err != nil {
		b.Fatal(err)
	}
	c, err := repay.Decode(uuid.Nil, []byte(`{"amount":"1.00","ref":"bench-1234567"}`))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Canonical()
	}
}
