package facttest_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"loanledger/domain/fact"
	"loanledger/domain/fact/facttest"
)

type paid struct {
	Amount string `json:"amount"`
	Tags   []tag  `json:"tags,omitempty"`
	Secret *name  `json:"-"`
}

type tag struct {
	Key string `json:"key"`
}

type name struct {
	Name string `json:"name"`
}

func (paid) EventType() string { return "test.paid" }
func (p paid) PersonalPart() any {
	if p.Secret == nil {
		return nil
	}
	return p.Secret
}
func (paid) NewPart() any { return new(name) }

// renamed, added and hidden are what careless edits would make of the event.
type renamed struct {
	Sum  string `json:"sum"`
	Tags []tag  `json:"tags,omitempty"`
}
type added struct {
	Amount string `json:"amount"`
	Tags   []tag  `json:"tags,omitempty"`
	Fee    string `json:"fee,omitempty"`
}
type deeper struct {
	Amount string `json:"amount"`
	Tags   []struct {
		Key   string `json:"key"`
		Value string `json:"value,omitempty"`
	} `json:"tags,omitempty"`
}
type retyped struct {
	Amount int   `json:"amount"`
	Tags   []tag `json:"tags,omitempty"`
}

func (renamed) EventType() string { return "test.paid" }
func (added) EventType() string   { return "test.paid" }
func (deeper) EventType() string  { return "test.paid" }
func (retyped) EventType() string { return "test.paid" }

func (n name) AppendJSON(b []byte) ([]byte, error)        { return facttest.AppendJSON(b, n) }
func (e paid) AppendJSON(b []byte) ([]byte, error)        { return facttest.AppendJSON(b, e) }
func (paid) DecodeFact(data []byte) (fact.Fact, error)    { return facttest.DecodeFact[paid](data) }
func (e renamed) AppendJSON(b []byte) ([]byte, error)     { return facttest.AppendJSON(b, e) }
func (renamed) DecodeFact(data []byte) (fact.Fact, error) { return facttest.DecodeFact[renamed](data) }
func (e added) AppendJSON(b []byte) ([]byte, error)       { return facttest.AppendJSON(b, e) }
func (added) DecodeFact(data []byte) (fact.Fact, error)   { return facttest.DecodeFact[added](data) }
func (e deeper) AppendJSON(b []byte) ([]byte, error)      { return facttest.AppendJSON(b, e) }
func (deeper) DecodeFact(data []byte) (fact.Fact, error)  { return facttest.DecodeFact[deeper](data) }
func (e retyped) AppendJSON(b []byte) ([]byte, error)     { return facttest.AppendJSON(b, e) }
func (retyped) DecodeFact(data []byte) (fact.Fact, error) { return facttest.DecodeFact[retyped](data) }

func frozen(files ...string) fstest.MapFS {
	dir := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		dir[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return dir
}

const v1, personal = `{"amount":"1.00","tags":[{"key":"a"}]}` + "\n", `{"name":"A"}` + "\n"

// TestAChangedShapeIsNoticed: the examples hold as they are, and each careless change breaks them.
func TestAChangedShapeIsNoticed(t *testing.T) {
	whole := frozen("test.paid.v1.json", v1, "test.paid.v1.personal.json", personal)
	public := frozen("test.paid.v1.json", v1)
	upcast := fact.Upcast(func(old []byte) ([]byte, error) {
		return bytes.Replace(old, []byte(`"sum"`), []byte(`"amount"`), 1), nil
	})
	for title, c := range map[string]struct {
		kinds fact.Kinds
		dir   fstest.MapFS
		want  string
	}{
		"as it was":              {fact.Table(fact.Of[paid]()), whole, ""},
		"renamed field":          {fact.Table(fact.Of[renamed]()), public, "written again"},
		"added field":            {fact.Table(fact.Of[added]()), public, "Fee has no value"},
		"added deep field":       {fact.Table(fact.Of[deeper]()), public, "Value has no value"},
		"retyped field":          {fact.Table(fact.Of[retyped]()), public, "cannot be decoded"},
		"no example":             {fact.Table(fact.Of[paid]()), frozen("test.paid.v1.personal.json", personal), "file does not exist"},
		"no personal example":    {fact.Table(fact.Of[paid]()), public, "file does not exist"},
		"personal part mixed up": {fact.Table(fact.Of[paid]()), frozen("test.paid.v1.json", v1, "test.paid.v1.personal.json", v1), "written again"},
		"stray file":             {fact.Table(fact.Of[paid]()), frozen("test.paid.v1.json", v1, "test.paid.v1.personal.json", personal, "x.json", "{}"), "not the example"},
		"new version without one": {fact.Table(fact.Of[paid](upcast)),
			frozen("test.paid.v1.json", `{"sum":"1.00"}`, "test.paid.v2.personal.json", personal), "file does not exist"},
		"new version": {fact.Table(fact.Of[paid](upcast)),
			frozen("test.paid.v1.json", `{"sum":"1.00"}`, "test.paid.v2.json", v1, "test.paid.v2.personal.json", personal), ""},
	} {
		got := strings.Join(facttest.Problems(c.kinds, c.dir), "\n")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", title, got, c.want)
		}
	}
}
