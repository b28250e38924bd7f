package documents

import (
	"encoding/json"
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"loanledger/domain/date"
	"loanledger/domain/money"
)

// blank is a page to measure on.
func blank(t interface{ Fatal(...any) }) *sheet {
	lender := Lender{Brand: "B", LegalName: "L", Registration: "R", Address: "A"}
	s, err := drawOnce(vocabulary[English], lender, properties{title: "t", footer: "f", issued: date.MustParse("2025-05-12")}, 1,
		func(s *sheet) error { s.newPage(); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestWrap: whatever the words, every line fits, and no letter is lost.
func TestWrap(t *testing.T) {
	s := blank(t)
	var letters []rune
	for r, ok := range covered {
		if ok && r != ' ' {
			letters = append(letters, r)
		}
	}
	slices.Sort(letters)
	rapid.Check(t, func(r *rapid.T) {
		words := rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom(letters), 1, 60, -1), 1, 12).Draw(r, "words")
		text := strings.Join(words, " ")
		style := plain(rapid.SampledFrom([]float64{7.5, 9, 13, 21}).Draw(r, "size"), ink)
		width := float64(rapid.IntRange(30, 166).Draw(r, "width"))
		lines := s.wrap(style, text, width)
		for _, line := range lines {
			if got := s.width(style, line); got > width && len([]rune(line)) > 1 {
				r.Fatalf("a line is %.2f wide, more than %.2f: %q", got, width, line)
			}
		}
		if strings.Join(strings.Fields(strings.Join(lines, "")), "") != strings.Join(strings.Fields(text), "") {
			r.Fatalf("%q became %q", text, lines)
		}
		if short := s.shortened(style, text, width); s.width(style, short) > width {
			r.Fatalf("shortened to %q, which does not fit", short)
		}
	})
}

var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// TestTexts: every language has every text, with the same values to fill in, in letters that the
// typeface has.
func TestTexts(t *testing.T) {
	reference := texts(t, English)
	for _, l := range []Language{Russian, Spanish, English} {
		own := texts(t, l)
		for name, text := range own {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: %s is empty", l, name)
			}
			if err := checkPrintable(name, text); err != nil {
				t.Errorf("%s: %v", l, err)
			}
			want, got := placeholder.FindAllString(reference[name], -1), placeholder.FindAllString(text, -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(want, got) {
				t.Errorf("%s: %s fills in %v, English %v", l, name, got, want)
			}
		}
		if len(own) != len(reference) {
			t.Errorf("%s has %d texts, English %d", l, len(own), len(reference))
		}
	}
	if len(vocabulary) != 3 {
		t.Errorf("%d languages are loaded; test them all", len(vocabulary))
	}
}

// texts lists all strings of a language by their names; a field without a text in the file shows as
// an empty one, since the structure is walked and not the file.
func texts(t *testing.T, l Language) map[string]string {
	t.Helper()
	found := map[string]string{}
	var walk func(string, reflect.Value)
	walk = func(name string, v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for n := range v.NumField() {
				if tag := v.Type().Field(n).Tag.Get("json"); tag != "" {
					walk(name+"."+tag, v.Field(n))
				}
			}
		case reflect.Array:
			for n := range v.Len() {
				walk(name+"."+string(rune('a'+n)), v.Index(n))
			}
		default:
			found[name] = v.String()
		}
	}
	walk("", reflect.ValueOf(vocabulary[l]))
	return found
}

// TestFill: a value is never taken for a name to fill in.
func TestFill(t *testing.T) {
	if got := fill("{a} and {b}", "a", "{b}", "b", "2"); got != "{b} and 2" {
		t.Errorf("got %q", got)
	}
}

// TestAmounts writes an amount of every currency in every language with letters that the typeface has.
func TestAmounts(t *testing.T) {
	for _, code := range []string{"AUD", "CZK", "DKK", "JPY", "KZT", "MXN", "NOK", "RUB", "SEK", "CHF", "GBP", "USD", "RON", "BGN", "EUR", "UAH", "PLN"} {
		c, err := money.ParseCurrency(code)
		if err != nil {
			t.Fatal(err)
		}
		for l, w := range vocabulary {
			text, err := w.amount(money.New(123456789, c))
			if err != nil || checkPrintable("amount", text) != nil || strings.Contains(text, " ") || !strings.ContainsAny(text, "123") {
				t.Errorf("%s in %s: %q, %v", code, l, text, err)
			}
		}
	}
	if got, err := vocabulary[Spanish].amount(money.New(123456, money.BGN)); err != nil || got != "1234,56\u00a0BGN" {
		t.Errorf("a currency out of use: got %q, %v", got, err)
	}
	if _, err := vocabulary[Spanish].amount(money.Amount{}); !errors.Is(err, ErrIncomplete) {
		t.Errorf("no currency: got %v", err)
	}
	for l, want := range map[Language]string{Russian: "1\u00a0234\u00a0567,89\u00a0₽", Spanish: "1.234.567,89\u00a0RUB", English: "RUB\u00a01,234,567.89"} {
		if got, err := vocabulary[l].amount(money.New(123456789, money.RUB)); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", l, got, err, want)
		}
	}
}

// TestTextFiles: each file belongs to a language that is loaded.
func TestTextFiles(t *testing.T) {
	entries, err := textFiles.ReadDir("texts")
	if err != nil || len(entries) != len(vocabulary) {
		t.Fatalf("%d files for %d languages, %v", len(entries), len(vocabulary), err)
	}
	for _, e := range entries {
		text, err := textFiles.ReadFile("texts/" + e.Name())
		if err != nil || !json.Valid(text) {
			t.Errorf("%s: not JSON, %v", e.Name(), err)
		}
	}
}
