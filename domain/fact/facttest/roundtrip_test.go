package facttest_test

import (
	"errors"
	"strings"
	"testing"

	"loanledger/domain/fact"
	"loanledger/domain/fact/facttest"
)

// careless is an event whose code does not do what encoding/json does: it takes, makes and writes what
// the test says.
type careless struct {
	Amount string `json:"amount"`
}

var carelessly struct {
	written string
	read    careless
	err     error
}

func (careless) EventType() string                    { return "test.careless" }
func (careless) AppendJSON([]byte) ([]byte, error)    { return []byte(carelessly.written), nil }
func (careless) DecodeFact([]byte) (fact.Fact, error) { return carelessly.read, carelessly.err }

func TestADifferenceFromEncodingJSONIsNoticed(t *testing.T) {
	kinds := fact.Table(fact.Of[careless]())
	one, other := careless{"1"}, careless{"2"}
	for _, c := range []struct {
		data, written string
		read          careless
		err           error
		want          string
	}{
		{`{"amount":"1"}`, `{"amount":"1"}`, one, nil, ""},
		{`{"amount":"1"}`, `{"amount":"1"}`, other, nil, "with encoding/json"},
		{`{"amount":"1"}`, `{"amount": "1"}`, one, nil, "encoding/json writes"},
		{`{"amount":1}`, ``, one, nil, "encoding/json does not take it"},
		{`{"amount":"1"}`, ``, one, errors.New("no"), "encoding/json takes"},
		{`{"amount":"1","Amount":"1"}`, ``, one, errors.New("no"), ""},
		{`{"amount":1}`, ``, one, errors.New("no"), ""},
	} {
		carelessly.written, carelessly.read, carelessly.err = c.written, c.read, c.err
		err := facttest.RoundTrip(kinds, "test.careless", 1, []byte(c.data))
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestStricter(t *testing.T) {
	for data, want := range map[string]bool{
		`{"a":1,"b":[{"a":1},{"a":2}]}`: false, `{"a":1,"a":1}`: true, `{"a":1,"A":1}`: true, `{"a":{"b":"a","a":"b"}}`: false, `[{"a":1,"b":{},"a":1}]`: true,
		`{"b":"a","a":"a"}`: false, `["a","a"]`: false, `{`: false, strings.Repeat("[", 1001) + strings.Repeat("]", 1001): true, strings.Repeat("[", 1000) + strings.Repeat("]", 1000): false,
	} {
		if got := facttest.Stricter([]byte(data)); got != want {
			t.Errorf("%.50s: %t", data, got)
		}
	}
}
