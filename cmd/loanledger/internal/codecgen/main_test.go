package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"loanledger/domain/fact"
	"loanledger/domain/fact/codec"
	"loanledger/domain/fact/facttest"
	"loanledger/domain/fact/jsontext"
	"loanledger/domain/ledger"
)

// TestGeneratedCodeIsUpToDate: what is committed is what would be generated, and there is no file more.
func TestGeneratedCodeIsUpToDate(t *testing.T) {
	files, err := codec.Generate(roots(), module)
	if err != nil {
		t.Fatal(err)
	}
	wanted := map[string]bool{}
	for path, source := range files {
		wanted[filepath.Clean(place(path))] = true
		committed, err := os.ReadFile(place(path))
		if err != nil || !bytes.Equal(source, committed) {
			t.Errorf("%s is not up to date (%v): run go generate ./cmd/loanledger/internal/codecgen", place(path), err)
		}
	}
	found, err := filepath.Glob(filepath.Join(root, "domain", "*", file))
	if err != nil || len(found) == 0 {
		t.Fatal(found, err)
	}
	for _, f := range found {
		if !wanted[filepath.Clean(f)] {
			t.Errorf("%s is of no use any more", f)
		}
	}
}

// The answers without their methods, as encoding/json alone would write them.
type (
	plainLoanAnswer        ledger.LoanAnswer
	plainCertificateAnswer ledger.CertificateAnswer
	plainBookAnswer        ledger.BookAnswer
)

// plain is a value in the form in which encoding/json writes it by its fields.
func plain(v any) any {
	switch a := v.(type) {
	case ledger.LoanAnswer:
		return plainLoanAnswer(a)
	case ledger.CertificateAnswer:
		return plainCertificateAnswer(a)
	case ledger.BookAnswer:
		return plainBookAnswer(a)
	}
	return v
}

// TestWrittenAsByEncodingJSON: whatever a value holds, it is written byte for byte as encoding/json
// writes it, with and without escapes for HTML.
func TestWrittenAsByEncodingJSON(t *testing.T) {
	all := roots()
	for _, v := range append(append(all.Facts, all.Texts...), all.Answers...) {
		typ := reflect.TypeOf(v)
		t.Run(typ.String(), func(t *testing.T) {
			values := valueOf(typ)
			rapid.Check(t, func(r *rapid.T) {
				v := values.Draw(r, "value").Interface()
				got, err := v.(fact.Text).AppendJSON([]byte("before"))
				if err != nil {
					r.Fatal(err)
				}
				want, err := json.Marshal(plain(v))
				if err != nil || string(got) != "before"+string(want) {
					r.Fatalf("written:\n%s\nby encoding/json:\n%s\n%v", got, want, err)
				}
				if again, err := json.Marshal(v); err != nil || !bytes.Equal(again, want) {
					r.Fatalf("written inside of other JSON:\n%s\nby encoding/json alone:\n%s\n%v", again, want, err)
				}
				var got2, want2 bytes.Buffer
				if err := unescaped(&got2).Encode(v); err != nil {
					r.Fatal(err)
				}
				if err := unescaped(&want2).Encode(plain(v)); err != nil || got2.String() != want2.String() {
					r.Fatalf("written for HTTP:\n%s\nby encoding/json:\n%s\n%v", got2.Bytes(), want2.Bytes(), err)
				}
			})
		})
	}
}

func unescaped(out *bytes.Buffer) *json.Encoder {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	return e
}

// reader is a value that reads itself.
type reader interface{ ReadJSON(*jsontext.Reader) }

// TestReadAsByEncodingJSON: what is written is read as encoding/json reads it, also when the fields
// come in another order, under names in other letters, among others, and laid out otherwise.
func TestReadAsByEncodingJSON(t *testing.T) {
	all := roots()
	for _, v := range append(all.Facts, all.Texts...) {
		typ := reflect.TypeOf(v)
		t.Run(typ.String(), func(t *testing.T) {
			values := valueOf(typ)
			rapid.Check(t, func(r *rapid.T) {
				data, err := json.Marshal(values.Draw(r, "value").Interface())
				if err != nil {
					r.Fatal(err)
				}
				sameReading(r, typ, data)
				sameReading(r, typ, disarranged(r, data))
				cut := rapid.IntRange(0, len(data)-1).Draw(r, "cut")
				sameReading(r, typ, data[:cut])
				sameReading(r, typ, append(data[:cut:cut], data[cut+1:]...))
			})
		})
	}
}

// sameReading holds what is read from data against encoding/json, loosely and strictly.
func sameReading(t interface{ Fatalf(string, ...any) }, typ reflect.Type, data []byte) {
	for _, strict := range []bool{false, true} {
		got, want := reflect.New(typ), reflect.New(typ)
		r := jsontext.NewStrictReader(data, "")
		d := json.NewDecoder(bytes.NewReader(data))
		if d.DisallowUnknownFields(); !strict {
			*r = jsontext.NewReader(data)
			d = json.NewDecoder(bytes.NewReader(data))
		}
		got.Interface().(reader).ReadJSON(r)
		err, wanted := r.End(), d.Decode(want.Interface())
		if wanted == nil && len(bytes.TrimSpace(data[d.InputOffset():])) > 0 {
			wanted = jsontext.ErrSyntax
		}
		switch {
		case (err == nil) != (wanted == nil) && (err == nil || !facttest.Stricter(data)):
			t.Fatalf("%s\nis read with %v, by encoding/json with %v", data, err, wanted)
		case err == nil && !reflect.DeepEqual(got.Interface(), want.Interface()):
			t.Fatalf("%s\nis read as\n%+v\nby encoding/json as\n%+v", data, got.Elem(), want.Elem())
		}
	}
}

// FuzzReading: what is read from any bytes is what encoding/json reads from them.
func FuzzReading(f *testing.F) {
	all := roots()
	types := append(all.Facts, all.Texts...)
	examples, err := filepath.Glob(filepath.Join(root, "domain/*/testdata/events/*.json"))
	if err != nil || len(examples) == 0 {
		f.Fatal(examples, err)
	}
	for i, name := range examples {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint(i), data)
	}
	for i := range types {
		f.Add(uint(i), []byte(`{"on":"2026-11-02","ON":"2026-11-02","x":[1e5,-0.5,{"a":null}],"\u006eumber":"\ud83d\ude00\ud83d\u003c"}`))
	}
	f.Fuzz(func(t *testing.T, which uint, data []byte) {
		sameReading(t, reflect.TypeOf(types[which%uint(len(types))]), data)
	})
}
