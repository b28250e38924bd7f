package codec_test

import (
	"strings"
	"testing"

	"loanledger/domain/fact/codec"
	"loanledger/domain/money"
)

type (
	good struct {
		A string       `json:"a,omitempty"`
		B int          `json:"b"`
		C []inner      `json:"c"`
		D *inner       `json:"d,omitempty"`
		E money.Amount `json:"e,omitzero"`
		F string       `json:"-"`
		g string
	}
	inner   struct{ X, Y uint16 }
	odd     struct{ A any }
	float   struct{ A float64 }
	mapped  struct{ A map[string]int }
	binary  struct{ A []byte }
	lists   struct{ A [][]int }
	array   struct{ A [2]int }
	pointer struct{ A *int }
	quoted  struct {
		A int `json:",string"`
	}
	named struct {
		A int `json:"a-b"`
	}
	folded struct {
		A int
		B int `json:"a"`
	}
	nameless struct{ A struct{ B int } }
	embedded struct{ *inner }
	speaking struct{ A speaker }
	speaker  struct{ X int }
	deep     struct{ A []*odd }
	foreign  struct{ A strings.Builder }
	holding  struct{ good }
)

func (speaker) MarshalText() ([]byte, error) { return nil, nil }

// TestWhatCannotBeHandledIsAnError: nothing is left to reflection silently.
func TestWhatCannotBeHandledIsAnError(t *testing.T) {
	for _, c := range []struct {
		value any
		want  string
	}{
		{odd{}, "codec_test.odd.A: interface {} cannot be handled"}, {float{}, "float64 cannot be handled"}, {mapped{}, "map[string]int cannot be handled"},
		{binary{}, "[]uint8 cannot be handled"}, {lists{}, "[][]int cannot be handled"}, {array{}, "[2]int cannot be handled"}, {pointer{}, "*int cannot be handled"},
		{quoted{}, "option string"}, {named{}, `name "a-b"`}, {folded{}, "two fields"}, {nameless{}, "not a named struct"}, {embedded{}, "cannot be embedded"}, {holding{}, "cannot be embedded"},
		{speaking{}, "MarshalText of its own"}, {deep{}, "codec_test.deep.A: codec_test.odd.A"}, {foreign{}, "strings.Builder is not a named struct"}, {7, "int is not a named struct"},
	} {
		files, err := codec.Generate(codec.Roots{Texts: []any{c.value}}, "loanledger")
		if err == nil || !strings.Contains(err.Error(), c.want) || files != nil {
			t.Errorf("%T: %v, want %s", c.value, err, c.want)
		}
	}
}

// TestOneFileAPackage: with code for the structs inside, too.
func TestOneFileAPackage(t *testing.T) {
	files, err := codec.Generate(codec.Roots{Texts: []any{good{g: "left out"}}}, "loanledger")
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	source := string(files["loanledger/domain/fact/codec_test"])
	for _, want := range []string{
		"//go:build !codecgen\n", "DO NOT EDIT.", "func (v *good) WriteJSON(", "func (v good) AppendJSON(", "func (v *good) ReadJSON(",
		"func (v *inner) WriteJSON(", "func (v *inner) ReadJSON(", "uint16(r.Uint(16))", "int(r.Int(strconv.IntSize))", "if v.A != \"\" {", "if !v.E.IsZero() {", "v.E.AppendJSON(w.Buf)",
	} {
		if !strings.Contains(source, want) {
			t.Errorf("%q is not in\n%s", want, source)
		}
	}
	for _, not := range []string{"v.F", "v.g", "func (v inner)", "DecodeFact", "MarshalJSON"} {
		if strings.Contains(source, not) {
			t.Errorf("%q is in\n%s", not, source)
		}
	}
}
