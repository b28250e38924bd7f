package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"loanledger/domain/date"
	"loanledger/domain/money"
)

var currencies = []money.Currency{0, money.RUB, money.EUR, money.JPY}

// texts are letters of every kind that is written in its own way.
var texts = rapid.OneOf(rapid.String(), rapid.Custom(func(r *rapid.T) string {
	return string(rapid.SliceOf(rapid.SampledFrom([]byte("a<>&\"\\/\x00\x1f\n\r\t\b\f\x7f\xc3\xa9\xe2\x80\xa8\xed\xa0\x80\xf0\x9f\x98\x80"))).Draw(r, "bytes"))
}))

// own are the values of types that bring their own JSON.
var own = map[reflect.Type]*rapid.Generator[any]{
	reflect.TypeFor[uuid.UUID](): rapid.Custom(func(r *rapid.T) any {
		return uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(r, "uuid"))
	}),
	reflect.TypeFor[decimal.Decimal](): rapid.Custom(func(r *rapid.T) any {
		d := decimal.New(rapid.Int64().Draw(r, "number"), rapid.Int32Range(-30, 30).Draw(r, "exponent"))
		if rapid.Bool().Draw(r, "long") {
			d = d.Mul(d)
		}
		return d
	}),
	reflect.TypeFor[json.RawMessage](): rapid.Custom(func(r *rapid.T) any {
		text, err := json.Marshal(rapid.MapOf(texts, rapid.SliceOf(rapid.Int())).Draw(r, "raw"))
		if err != nil {
			r.Fatal(err)
		}
		var indented bytes.Buffer
		_ = json.Indent(&indented, text, " ", "\t")
		return json.RawMessage(rapid.SampledFrom([][]byte{nil, text, indented.Bytes(), []byte(`"<&>` + "\u2028" + `"`), []byte("null")}).Draw(r, "form"))
	}),
	reflect.TypeFor[time.Time](): rapid.Custom(func(r *rapid.T) any {
		return time.Unix(rapid.Int64Range(-60_000_000_000, 200_000_000_000).Draw(r, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(r, "nanoseconds")).UTC()
	}),
	reflect.TypeFor[money.Amount](): rapid.Custom(func(r *rapid.T) any {
		minor := rapid.OneOf(rapid.Int64Range(-1000, 1000), rapid.Int64Range(-1<<63+1, 1<<63-1)).Draw(r, "minor")
		return money.New(minor, rapid.SampledFrom(currencies).Draw(r, "currency"))
	}),
	reflect.TypeFor[money.Currency](): rapid.Custom(func(r *rapid.T) any { return rapid.SampledFrom(currencies).Draw(r, "currency") }),
	reflect.TypeFor[date.Date](): rapid.Custom(func(r *rapid.T) any {
		return date.FromDays(rapid.OneOf(rapid.Just[int64](0), rapid.Int64Range(date.New(1900, 1, 1).Days(), date.New(9999, 12, 31).Days())).Draw(r, "days"))
	}),
}

// valueOf is any value of a type. What is not in JSON stays empty.
func valueOf(t reflect.Type) *rapid.Generator[reflect.Value] {
	return rapid.Custom(func(r *rapid.T) reflect.Value {
		v := reflect.New(t).Elem()
		if v.NumField() == 0 {
			rapid.Bool().Draw(r, "nothing") // rapid wants something to be drawn
		}
		fill(r, v)
		return v
	})
}

func fill(r *rapid.T, v reflect.Value) {
	if g, has := own[v.Type()]; has {
		v.Set(reflect.ValueOf(g.Draw(r, v.Type().String())))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts.Draw(r, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(r, "bool"))
	case reflect.Int, reflect.Int64:
		v.SetInt(rapid.Int64().Draw(r, "int"))
	case reflect.Uint16:
		v.SetUint(uint64(rapid.Uint16().Draw(r, "uint")))
	case reflect.Slice:
		if n := rapid.IntRange(-1, 3).Draw(r, "length"); n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		for i := range v.Len() {
			fill(r, v.Index(i))
		}
	case reflect.Pointer:
		if rapid.Bool().Draw(r, "present") {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Tag.Get("json") != "-" {
				fill(r, v.Field(i))
			}
		}
	default:
		panic(fmt.Sprintf("no values of %s can be made", v.Type()))
	}
}

// disarranged is the same JSON laid out otherwise: the fields of each object in another order, some
// twice, some that nobody knows, null in places, names in other letters, and white space.
func disarranged(r *rapid.T, data []byte) []byte {
	space := func() string { return rapid.SampledFrom([]string{"", "", " ", "\n\t", "\r"}).Draw(r, "space") }
	var arrange func(text []byte) string
	arrange = func(text []byte) string {
		var fields map[string]json.RawMessage
		var list []json.RawMessage
		switch {
		case rapid.IntRange(0, 30).Draw(r, "null") == 0:
			return "null"
		case text[0] == '{' && json.Unmarshal(text, &fields) == nil:
			var parts []string
			for _, name := range slices.Sorted(maps.Keys(fields)) {
				value := fields[name]
				if rapid.IntRange(0, 9).Draw(r, "letters") == 0 {
					name = strings.ToUpper(name)
				}
				quoted, _ := json.Marshal(name)
				if rapid.IntRange(0, 9).Draw(r, "escape") == 0 && name != "" && name[0] < 0x80 {
					quoted = fmt.Appendf(nil, `"\u%04x%s"`, name[0], name[1:])
				}
				parts = append(parts, space()+string(quoted)+space()+":"+space()+arrange(value)+space())
			}
			if n := len(parts); n > 0 && rapid.IntRange(0, 9).Draw(r, "twice") == 0 {
				parts = append(parts, parts[0])
			}
			if rapid.IntRange(0, 3).Draw(r, "unknown") == 0 {
				parts = append(parts, `"no such field":[{"a":[]},-1.5e-3,"\u00e9\"",true]`)
			}
			return "{" + strings.Join(rapid.Permutation(parts).Draw(r, "order"), ",") + "}"
		case text[0] == '[' && json.Unmarshal(text, &list) == nil:
			var parts []string
			for _, value := range list {
				parts = append(parts, space()+arrange(value)+space())
			}
			return "[" + strings.Join(parts, ",") + "]"
		}
		return string(text)
	}
	return []byte(space() + arrange(data) + space())
}
