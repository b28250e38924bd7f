package fact_test

import (
	"errors"
	"fmt"
	"testing"

	"loanledger/domain/fact"
	"loanledger/domain/fact/facttest"
)

type renewed struct {
	Days int    `json:"days"`
	By   string `json:"by"`
}

type sealed struct {
	Public string  `json:"public"`
	Secret *secret `json:"-"`
}

func (renewed) EventType() string { return "test.renewed" }
func (sealed) EventType() string  { return "test.sealed" }
func (sealed) NewPart() any       { return new(secret) }
func (s sealed) PersonalPart() any {
	if s.Secret == nil {
		return nil
	}
	return *s.Secret
}

type secret string

func (r renewed) AppendJSON(b []byte) ([]byte, error)     { return facttest.AppendJSON(b, r) }
func (renewed) DecodeFact(data []byte) (fact.Fact, error) { return facttest.DecodeFact[renewed](data) }
func (s sealed) AppendJSON(b []byte) ([]byte, error)      { return facttest.AppendJSON(b, s) }
func (sealed) DecodeFact(data []byte) (fact.Fact, error)  { return facttest.DecodeFact[sealed](data) }
func (s secret) AppendJSON(b []byte) ([]byte, error) {
	return append(append(append(b, '"'), s...), '"'), nil
}

// bare is an event for which no code was generated.
type bare struct{}

func (bare) EventType() string { return "test.bare" }

// TestUpcasts: an event of each version that was ever stored is read as one of today.
func TestUpcasts(t *testing.T) {
	weeks := func(data []byte) ([]byte, error) { // version 1 counted weeks
		var n int
		if _, err := fmt.Sscanf(string(data), `{"weeks":%d}`, &n); err != nil {
			return nil, err
		}
		return fmt.Appendf(nil, `{"days":%d}`, 7*n), nil
	}
	whom := func(data []byte) ([]byte, error) { // version 2 did not say by whom
		return fmt.Appendf(nil, `%s,"by":"lender"}`, data[:len(data)-1]), nil
	}
	kinds := fact.Table(fact.Of[renewed](weeks, whom))
	for version, data := range map[int16]string{1: `{"weeks":2}`, 2: `{"days":14}`, 3: `{"days":14,"by":"lender"}`} {
		if f, err := kinds.Decode("test.renewed", version, []byte(data)); err != nil || f != (renewed{14, "lender"}) {
			t.Errorf("version %d: %v %v", version, f, err)
		}
	}
	stored, err := kinds.Encode(renewed{14, "lender"})
	if err != nil || stored.Schema != 3 || stored.Type != "test.renewed" || string(stored.Data) != `{"days":14,"by":"lender"}` || stored.Personal != nil {
		t.Errorf("%+v %v", stored, err)
	}
	for _, c := range []struct {
		name    string
		version int16
		data    string
	}{
		{"test.renewed", 0, `{}`}, {"test.renewed", 4, `{}`}, {"test.renewed", -1, `{}`}, {"test.unknown", 1, `{}`},
		{"test.renewed", 1, `{}`}, {"test.renewed", 3, `{"days":"14"}`}, {"test.renewed", 3, ``}, {"test.renewed", 3, `{} {}`},
	} {
		if f, err := kinds.Decode(c.name, c.version, []byte(c.data)); !errors.Is(err, fact.ErrUndecodable) || f != nil {
			t.Errorf("%s version %d %q: %v %v", c.name, c.version, c.data, f, err)
		}
	}
}

func TestPersonalPartStandsApart(t *testing.T) {
	kinds := fact.Table(fact.Of[sealed]())
	name := secret("a name")
	with, err := kinds.Encode(sealed{Public: "p", Secret: &name})
	if err != nil || string(with.Data) != `{"public":"p"}` || string(with.Personal) != `"a name"` {
		t.Errorf("%s %s %v", with.Data, with.Personal, err)
	}
	without, err := kinds.Encode(sealed{Public: "p"})
	if err != nil || without.Personal != nil {
		t.Errorf("%s %v", without.Personal, err)
	}
}

func TestTablesBreakOnMistakesOfTheProgram(t *testing.T) {
	for title, broken := range map[string]func(){
		"two kinds of one name": func() { fact.Table(fact.Of[sealed](), fact.Of[sealed]()) },
		"a kind without entry":  func() { _, _ = fact.Table().Encode(sealed{}) },
		"writing without code":  func() { _, _ = fact.Table(fact.Of[bare]()).Encode(bare{}) },
		"reading without code":  func() { _, _ = fact.Table(fact.Of[bare]()).Decode("test.bare", 1, []byte(`{}`)) },
	} {
		t.Run(title, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it did not panic")
				}
			}()
			broken()
		})
	}
}

func TestRefusals(t *testing.T) {
	limit := fact.Refuse(fact.Invalid, "limit", "Too much.")
	for _, c := range []struct {
		err          error
		text, detail string
	}{
		{limit, "limit: Too much.", "Too much."},
		{limit.With("at most %d", 5), "limit: at most 5", "at most 5"},
		{fmt.Errorf("loan 7: %w", limit.With("at most %d", 5)), "loan 7: limit: at most 5", "at most 5"},
		{fmt.Errorf("loan 7: %w", limit), "loan 7: limit: Too much.", "Too much."},
	} {
		r, detail, ok := fact.Explain(c.err)
		if !ok || r != limit || detail != c.detail || c.err.Error() != c.text || !errors.Is(c.err, limit) {
			t.Errorf("%v: %v %q %t", c.err, r, detail, ok)
		}
	}
	if _, _, ok := fact.Explain(errors.New("disk full")); ok {
		t.Error("an error of another kind is explained as a refusal")
	}
	if _, _, ok := fact.Explain(nil); ok {
		t.Error("no error is explained as a refusal")
	}
}
