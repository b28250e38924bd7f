package vault_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/google/uuid"

	"loanledger/adapters/vault"
	"loanledger/eventstore"
)

var (
	sealKey  = [32]byte{1, 2, 3, 4, 5}
	somebody = uuid.MustParse("0001a1a1-0000-8000-8000-000000000001")
	another  = uuid.MustParse("0001a1a1-0000-8000-8000-000000000002")
)

func TestSealedOpensOnlyInItsPlace(t *testing.T) {
	plain := []byte(`{"full_name":"Lucía Ejemplo"}`)
	sealed := vault.SealUnder(sealKey, 1, somebody, "borrower.registered", plain)
	for _, c := range []struct {
		name    string
		key     [32]byte
		book    eventstore.Book
		subject uuid.UUID
		label   string
		want    error
	}{
		{"its own place", sealKey, 1, somebody, "borrower.registered", nil},
		{"another key", [32]byte{9}, 1, somebody, "borrower.registered", vault.ErrTampered},
		{"another book", sealKey, 2, somebody, "borrower.registered", vault.ErrTampered},
		{"another subject", sealKey, 1, another, "borrower.registered", vault.ErrTampered},
		{"another label", sealKey, 1, somebody, "borrower.moved", vault.ErrTampered},
		{"a longer label", sealKey, 1, somebody, "borrower.registered2", vault.ErrTampered},
		{"no label", sealKey, 1, somebody, "", vault.ErrTampered},
	} {
		got, err := vault.OpenUnder(c.key, c.book, c.subject, c.label, sealed)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
		if c.want == nil && !bytes.Equal(got, plain) {
			t.Errorf("%s: %q", c.name, got)
		}
		if c.want != nil && got != nil {
			t.Errorf("%s: an error came with %d bytes", c.name, len(got))
		}
	}
}

func TestEveryFlippedBitIsSeen(t *testing.T) {
	sealed := vault.SealUnder(sealKey, 1, somebody, "x", []byte("twelve bytes"))
	for i := range sealed {
		for bit := range 8 {
			changed := bytes.Clone(sealed)
			changed[i] ^= 1 << bit
			if _, err := vault.OpenUnder(sealKey, 1, somebody, "x", changed); !errors.Is(err, vault.ErrTampered) {
				t.Fatalf("byte %d, bit %d: %v", i, bit, err)
			}
		}
	}
	for length := range sealed {
		if _, err := vault.OpenUnder(sealKey, 1, somebody, "x", sealed[:length]); !errors.Is(err, vault.ErrTampered) {
			t.Fatalf("cut to %d bytes: %v", length, err)
		}
	}
	if _, err := vault.OpenUnder(sealKey, 1, somebody, "x", append(sealed, 0)); !errors.Is(err, vault.ErrTampered) {
		t.Fatalf("one byte more: %v", err)
	}
}

func TestSealedHidesThePlainText(t *testing.T) {
	plain := []byte("the same words")
	first := vault.SealUnder(sealKey, 1, somebody, "x", plain)
	second := vault.SealUnder(sealKey, 1, somebody, "x", plain)
	if bytes.Equal(first, second) {
		t.Error("the same words sealed twice are the same bytes")
	}
	if bytes.Contains(first, plain) {
		t.Error("the words stand in the sealed bytes")
	}
}

// A sealed part that was stored once must open for ever.
func TestFrozenSealedPart(t *testing.T) {
	sealed, err := hex.DecodeString("01b5c0da85342f67e670d16004bdf798734d3b5df279f79c3726f96db367bf959" +
		"f89ba965a56521c26f86bb42a12ad73f093ed9e3aaa7a")
	if err != nil {
		t.Fatal(err)
	}
	got, err := vault.OpenUnder(sealKey, 1, somebody, "borrower.registered", sealed)
	if err != nil || string(got) != "frozen in the first format" {
		t.Fatalf("%q, %v", got, err)
	}
}

func FuzzOpen(f *testing.F) {
	good := vault.SealUnder(sealKey, 1, somebody, "x", []byte("plain"))
	f.Add(good)
	f.Add([]byte{})
	f.Add([]byte{1})
	f.Add(make([]byte, 29))
	f.Add(append([]byte{2}, good[1:]...))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		got, err := vault.OpenUnder(sealKey, 1, somebody, "x", sealed)
		if bytes.Equal(sealed, good) {
			return
		}
		// Every run seals its seeds with fresh nonces, so a stored seed may be good as well.
		if err == nil && string(got) != "plain" {
			t.Fatalf("forged: %x opens to %q", sealed, got)
		}
		if err != nil && !errors.Is(err, vault.ErrTampered) {
			t.Fatal(err)
		}
	})
}
