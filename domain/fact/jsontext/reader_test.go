package jsontext_test

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"loanledger/domain/fact/jsontext"
)

// texts are pieces of JSON, of which many make no JSON together.
var texts = []string{
	`"`, `\`, `\"`, `\u`, `\u00e9`, `\ud83d`, `\ude00`, `\u2028`, `\x`, `\/`, `\n`, "\n", "\x00", "\x7f", "é", "\xc3", "\xe2\x80\xa8", "\xed\xa0\x80", "😀", "a", "<", "&", "0", "1", "9223372036854775807",
	"-", ".", "e", "E", "+", "null", "true", "false", "nul", "{", "}", "[", "]", ",", ":", " ", "\t", "\r", "00",
}

func pieces(r *rapid.T) string {
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(texts), 0, 12).Draw(r, "pieces"), "")
}

// readAs holds one value that is read against encoding/json.
func readAs[T comparable](r *rapid.T, data string, read func(*jsontext.Reader) T) {
	reader := jsontext.NewReader([]byte(data))
	got, err := read(&reader), error(nil)
	err = reader.End()
	var want T
	wanted := json.Unmarshal([]byte(data), &want)
	if (err == nil) != (wanted == nil) || err == nil && got != want {
		r.Fatalf("%q is read as %v, %v; by encoding/json as %v, %v", data, got, err, want, wanted)
	}
	if err != nil && !errors.Is(err, jsontext.ErrSyntax) {
		r.Fatalf("%q: %v", data, err)
	}
}

// TestValuesAreThoseOfEncodingJSON: of whatever bytes, also of those that are no JSON.
func TestValuesAreThoseOfEncodingJSON(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		for _, data := range []string{pieces(r), `"` + pieces(r) + `"`, " " + pieces(r) + "\n"} {
			readAs(r, data, (*jsontext.Reader).String)
			readAs(r, data, (*jsontext.Reader).Bool)
			readAs(r, data, func(r *jsontext.Reader) int64 { return r.Int(64) })
			readAs(r, data, func(r *jsontext.Reader) uint64 { return r.Uint(64) })
			readAs(r, data, func(r *jsontext.Reader) int8 { return int8(r.Int(8)) })
			readAs(r, data, func(r *jsontext.Reader) uint16 { return uint16(r.Uint(16)) })
			reader := jsontext.NewReader([]byte(data))
			value := string(reader.Value())
			err := reader.End()
			if (err == nil) != json.Valid([]byte(data)) || err == nil && value != strings.Trim(data, " \t\r\n") {
				r.Fatalf("%q has the value %q, %v", data, value, err)
			}
		}
	})
}

func TestNumbersWithinTheirLimits(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.OneOf(rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, -129, -128, 127, 128, 255, 256, 65535, 65536, 0})).Draw(r, "number")
		data := strconv.FormatInt(n, 10)
		readAs(r, data, func(r *jsontext.Reader) int64 { return r.Int(64) })
		readAs(r, data, func(r *jsontext.Reader) int32 { return int32(r.Int(32)) })
		readAs(r, data, func(r *jsontext.Reader) int8 { return int8(r.Int(8)) })
		readAs(r, data, func(r *jsontext.Reader) uint16 { return uint16(r.Uint(16)) })
		more := data + strconv.Itoa(rapid.IntRange(0, 99).Draw(r, "more"))
		readAs(r, more, func(r *jsontext.Reader) int64 { return r.Int(64) })
		readAs(r, more, func(r *jsontext.Reader) uint64 { return r.Uint(64) })
	})
}

func TestDecimalsAreThoseOfTheLibrary(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		data := rapid.StringMatching(`"?-?[0-9]{0,20}(\.[0-9]{0,20})?(e-?[0-9]{1,2})?"?`).Draw(r, "text")
		reader := jsontext.NewReader([]byte(data))
		got := reader.Decimal()
		err := reader.End()
		var want decimal.Decimal
		wanted := json.Unmarshal([]byte(data), &want)
		if (err == nil) != (wanted == nil) || err == nil && (!got.Equal(want) || got.Exponent() != want.Exponent()) {
			r.Fatalf("%s is read as %v, %v; by the library as %v, %v", data, got, err, want, wanted)
		}
	})
}

func TestIdentifiersInEveryForm(t *testing.T) {
	id := uuid.MustParse("00017502-17aa-8981-8c83-36e4c5ecc018")
	for data, want := range map[string]uuid.UUID{
		`"00017502-17aa-8981-8c83-36e4c5ecc018"`: id, ` "00017502-17AA-8981-8C83-36E4C5ECC018"`: id, `"urn:uuid:00017502-17aa-8981-8c83-36e4c5ecc018"`: id,
		`"{00017502-17aa-8981-8c83-36e4c5ecc018}"`: id, `"0001750217aa89818c8336e4c5ecc018"`: id, `"\u00300017502-17aa-8981-8c83-36e4c5ecc018"`: id, `null`: {},
	} {
		r := jsontext.NewReader([]byte(data))
		if got := r.UUID(); got != want || r.End() != nil {
			t.Errorf("%s is read as %s, %v", data, got, r.End())
		}
	}
	for _, data := range []string{`"00017502-17aa-8981-8c83-36e4c5ecc01"`, `"00017502-17aa-8981-8c83-36e4c5ecc01g"`, `""`, `7`, `{}`, ``, `"00017502-17aa-8981-8c83-36e4c5ecc018`} {
		r := jsontext.NewReader([]byte(data))
		if got := r.UUID(); r.End() == nil {
			t.Errorf("%s is read as %s", data, got)
		}
	}
}

// pair is an object with an object and a list inside.
type pair struct {
	A string   `json:"a"`
	B *pair    `json:"b"`
	C []string `json:"c_list"`
}

var pairNames = jsontext.Names{`"a":`, `"b":`, `"c_list":`}

func (p *pair) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: pairNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			p.A = r.String()
		case 1:
			if !r.Null() {
				p.B = new(pair)
				p.B.ReadJSON(r)
			}
		case 2:
			var l jsontext.List
			for l.Next(r) {
				p.C = append(p.C, r.String())
			}
			if l.Empty {
				p.C = []string{}
			}
		}
	}
}

// TestStricterThanEncodingJSON: what is refused though encoding/json takes it, and only that.
func TestStricterThanEncodingJSON(t *testing.T) {
	deep := func(n int) string { return `{"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}` }
	for data, taken := range map[string]bool{
		`{"a":"1","b":{"a":"2"}}`: true, `{"a":"1","a":"2"}`: false, `{"a":"1","A":"2"}`: false, `{"b":{"a":"1","a":"1"}}`: false,
		`{"a":"1","b":null,"a":null}`: false, `{"x":1,"x":2}`: true, `{"x":{"a":1,"a":2}}`: true, `{"A":"1"}`: true, `{"C_LIſT":[]}`: true,
		`{"\u0061":"1"}`: true, `{"a" : "1" , "x" : { } }`: true, deep(jsontext.MaxDepth): true, deep(jsontext.MaxDepth + 1): false,
	} {
		if !json.Valid([]byte(data)) {
			t.Fatal(data)
		}
		r := jsontext.NewReader([]byte(data))
		var p pair
		if p.ReadJSON(&r); (r.End() == nil) != taken {
			t.Errorf("%.60s: %v", data, r.End())
		}
	}
}

// TestOneFieldBeside: a strict reader takes one more field of the outermost object, a string, once.
func TestOneFieldBeside(t *testing.T) {
	for data, want := range map[string]string{
		`{"a":"1","id":"x"}`: "x", `{"id":"x","a":"1"}`: "x", ` { "id" : "\u0078" } `: "x", `{"a":"1"}`: "",
		`{"id":"x","id":"x"}`: "refused", `{"ID":"x"}`: "refused", `{"id":7}`: "refused", `{"id":null}`: "refused", `{"b":{"id":"x"}}`: "refused",
		`{"b":{},"id":"x"}`: "x", `{"x":1}`: "refused", `null`: "",
	} {
		r := jsontext.NewStrictReader([]byte(data), "id")
		var p pair
		p.ReadJSON(r)
		got := r.Beside()
		if r.End() != nil {
			got = "refused"
		}
		if got != want {
			t.Errorf("%s: %q, want %q (%v)", data, got, want, r.End())
		}
	}
}

// TestErrorsTellThePlaceAndNoData: what stood in the data may be personal.
func TestErrorsTellThePlaceAndNoData(t *testing.T) {
	r := jsontext.NewReader([]byte(`{"a":"Ana","b":"secret"}`))
	var p pair
	p.ReadJSON(&r)
	if err := r.End(); err == nil || err.Error() != "not the JSON that was expected: an object at byte 15" {
		t.Errorf("%v", err)
	}
	own := errors.New("of a value")
	r = jsontext.NewReader([]byte(`{`))
	r.Check(own)
	p.ReadJSON(&r)
	if r.Check(errors.New("later")); r.End() != own {
		t.Errorf("the first error is lost: %v", r.End())
	}
}

// TestReadingAllocatesNothingOfItsOwn: an object costs the strings in it, and no more.
func TestReadingAllocatesNothingOfItsOwn(t *testing.T) {
	data := []byte(` { "c_list" : null, "a":"a text that is kept"}`)
	if n := testing.AllocsPerRun(100, func() {
		r := jsontext.NewReader(data)
		var p pair
		p.ReadJSON(&r)
		if r.End() != nil || p.A == "" {
			t.Error(r.End())
		}
	}); n != 1 {
		t.Errorf("%v allocations", n)
	}
}
