package orders_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"loanledger/adapters/internal/faults"
	"loanledger/adapters/internal/orders"
	"loanledger/domain/fact"
	"loanledger/domain/fact/jsontext"
)

// strictly is how encoding/json reads a line when it takes nothing that it does not know.
func strictly(data []byte) (l orders.Line, err error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err = d.Decode(&l); err == nil {
		if _, end := d.Token(); !errors.Is(end, io.EOF) {
			err = errors.New("there is more")
		}
	}
	return l, err
}

// What is read without encoding/json is what encoding/json reads; no error repeats the line.
func FuzzLine(f *testing.F) {
	for _, seed := range []string{
		`{"command":"loan.repay","loan_id":"0001ffff-0000-8000-8000-000000000001","idempotency_key":"k","if_version":3,"body":{"amount":"1.00"}}`,
		`{"command":"borrower.certify","borrower_id":"0001FFFF-0000-8000-8000-000000000001"}`, `{"target":"urn:uuid:0001ffff-0000-8000-8000-000000000001"}`,
		`{"command":"loan.apply","lender":"x","body":null}`, `{"if_version":null,"Body": [ 1 , {"a":"\u0041"} ] }`, `{"if_version":1.0}`, `{"body":tru}`, `{"body":[1,]}`,
		`{}`, `[]`, `null`, `"`, "\xff", `{"command":"x","command":"loan.repay"}`, `{"command":"x"} {}`, `{"lender":"\ud800"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		want, strictErr := strictly(data)
		var got orders.Line
		r := jsontext.NewReader(data)
		if got.ReadJSON(&r); r.End() == nil && strictErr == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q is read as %+v, not %+v", data, got, want)
		}
		o, err := orders.ParseLine(data)
		switch {
		case err != nil:
			if f, is := errors.AsType[*faults.Fault](err); !is && !refused(err) {
				t.Fatalf("%q: %v has no code", data, f)
			}
			if len(data) > 12 && strings.Contains(err.Error(), string(data)) {
				t.Fatalf("the error repeats the line: %v", err)
			}
		case strictErr != nil:
			t.Fatalf("%q is accepted: %v", data, strictErr)
		case o.Entry.Name != want.Command || o.Key != want.Key || o.Lender != want.Lender || !bytes.Equal(o.Body, want.Body):
			t.Fatalf("%q is the order %+v", data, o)
		}
	})
}

func refused(err error) bool {
	_, _, is := fact.Explain(err)
	return is
}

func BenchmarkParseLine(b *testing.B) {
	line := []byte(`{"command":"loan.repay","loan_id":"0001ffff-0000-8000-8000-000000000001","idempotency_key":"bulk-bench-123456","body":{"amount":"1.00","ref":"bulk-bench-123456"}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := orders.ParseLine(line); err != nil {
			b.Fatal(err)
		}
	}
}
