package vault_test

import (
	"bytes"
	"errors"
	"testing"

	"loanledger/adapters/vault"
)

// A secret of a book is opened in its book and under its label only, also by a later master key.
func TestSecretsOfABook(t *testing.T) {
	pool := testPool(t)
	v := vault.New(pool, testMaster(t, 1))
	sealed, err := v.SealSecret(t.Context(), 1, "signing", []byte("private"))
	if err != nil || bytes.Contains(sealed, []byte("private")) {
		t.Fatalf("%x %v", sealed, err)
	}
	if _, err := v.OpenSecret(t.Context(), 2, "signing", sealed); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("in another book: %v", err)
	}
	if _, err := v.OpenSecret(t.Context(), 1, "other", sealed); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("under another label: %v", err)
	}
	both := vault.New(pool, testMaster(t, 2), testMaster(t, 1))
	if _, err := both.Rewrap(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	later := vault.New(pool, testMaster(t, 2))
	if plain, err := later.OpenSecret(t.Context(), 1, "signing", sealed); err != nil || string(plain) != "private" {
		t.Errorf("under a later master key: %q %v", plain, err)
	}
	if _, err := later.OpenSecret(t.Context(), 2, "signing", sealed); !errors.Is(err, vault.ErrUnknownMaster) {
		t.Errorf("by a master key that is not the book's: %v", err)
	}
}
