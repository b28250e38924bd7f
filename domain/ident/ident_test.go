package ident_test

import (
	"regexp"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"loanledger/domain/ident"
)

// TestDerivedIdentifiers carry their book, are version 8 UUIDs, and are the same for the same seed only.
func TestDerivedIdentifiers(t *testing.T) {
	seed := rapid.SliceOfN(rapid.SliceOf(rapid.Byte()), 0, 3)
	rapid.Check(t, func(r *rapid.T) {
		b := ident.Book(rapid.Uint16().Draw(r, "book"))
		kind := rapid.SampledFrom([]string{"loan", "borrower", "transaction"}).Draw(r, "kind")
		one, two := seed.Draw(r, "one"), seed.Draw(r, "two")
		id := ident.Derive(b, kind, one...)
		switch {
		case ident.BookOf(id) != b:
			r.Fatalf("%s is of book %d, not %d", id, ident.BookOf(id), b)
		case id.Version() != 8 || id.Variant() != uuid.RFC4122:
			r.Fatalf("%s has version %d and variant %d", id, id.Version(), id.Variant())
		case id != ident.Derive(b, kind, one...):
			r.Fatalf("the same seed gave another identifier")
		case id == ident.Derive(b, kind+"x", one...), id == ident.Derive(b+1, kind, one...):
			r.Fatalf("another kind or book gave %s too", id)
		case !same(one, two) && id == ident.Derive(b, kind, two...):
			r.Fatalf("%x and %x give %s", one, two, id)
		}
	})
}

func same(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if string(a[i]) != string(b[i]) {
			return false
		}
	}
	return true
}

// TestSeedsDoNotRunTogether: where one part of a seed ends counts.
func TestSeedsDoNotRunTogether(t *testing.T) {
	a := ident.Derive(1, "loan", []byte("ab"), []byte("c"))
	for _, b := range [][][]byte{{[]byte("a"), []byte("bc")}, {[]byte("abc")}, {[]byte("ab"), []byte("c"), nil}} {
		if ident.Derive(1, "loan", b...) == a {
			t.Errorf("%q gives the identifier of another seed", b)
		}
	}
}

var number = regexp.MustCompile(`^SC-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$`)

func TestNumbers(t *testing.T) {
	seen := map[string]bool{}
	for i := range 20_000 {
		n := ident.Number("SC", ident.Derive(1, "loan", []byte{byte(i), byte(i >> 8)}))
		if !number.MatchString(n) || seen[n] {
			t.Fatalf("the number %s comes twice, or has the wrong form", n)
		}
		seen[n] = true
	}
	if got, want := ident.Number("SC", uuid.MustParse("00017502-17aa-8981-8c83-36e4c5ecc018")), "SC-J1KD-S65X-K01G"; got != want {
		t.Errorf("a number that was printed once has become %s, not %s", got, want)
	}
}
