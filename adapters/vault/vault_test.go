package vault_test

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"loanledger/adapters/vault"
	"loanledger/eventstore"
)

// The executor seals with a vault.
var _ eventstore.Sealer = (*vault.Vault)(nil)

func TestSealAndOpen(t *testing.T) {
	pool := testPool(t)
	v, other := vault.New(pool, testMaster(t, 1)), vault.New(pool, testMaster(t, 1))
	for _, plain := range [][]byte{[]byte("Лариса Примерова"), {}, nil, bytes.Repeat([]byte{0}, 1<<20)} {
		sealed, err := v.Seal(t.Context(), 1, somebody, "borrower.registered", plain)
		if err != nil {
			t.Fatal(err)
		}
		for name, opener := range map[string]*vault.Vault{"the same process": v, "another": other} {
			got, err := opener.Open(t.Context(), 1, somebody, "borrower.registered", sealed)
			if err != nil || !bytes.Equal(got, plain) || got == nil {
				t.Errorf("%s: %d bytes of %d, %v", name, len(got), len(plain), err)
			}
		}
	}
	if n := query[int](t, pool, `SELECT count(*) FROM ledger.subject_keys`); n != 1 {
		t.Errorf("%d keys were made", n)
	}
}

func TestSealedPartsCannotBeMoved(t *testing.T) {
	v := vault.New(testPool(t), testMaster(t, 1))
	sealed, err := v.Seal(t.Context(), 1, somebody, "borrower.registered", []byte("private"))
	if err != nil {
		t.Fatal(err)
	}
	// The others have keys too.
	for book, subject := range map[eventstore.Book]uuid.UUID{1: another, 2: somebody} {
		if _, err := v.Seal(t.Context(), book, subject, "borrower.registered", nil); err != nil {
			t.Fatal(err)
		}
	}
	open := func(book eventstore.Book, subject uuid.UUID, label string) error {
		_, err := v.Open(t.Context(), book, subject, label, sealed)
		return err
	}
	if err := open(1, somebody, "borrower.registered"); err != nil {
		t.Error(err)
	}
	if err := open(1, another, "borrower.registered"); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("another subject: %v", err)
	}
	if err := open(2, somebody, "borrower.registered"); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("another book: %v", err)
	}
	if err := open(1, somebody, "borrower.moved"); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("another label: %v", err)
	}
	if err := open(3, somebody, "borrower.registered"); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("a book without the subject: %v", err)
	}
}

// A key's row that is copied over another subject's opens nothing.
func TestWrappedKeysCannotBeMoved(t *testing.T) {
	pool := testPool(t)
	v := vault.New(pool, testMaster(t, 1))
	sealed, err := v.Seal(t.Context(), 1, somebody, "x", []byte("private"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Seal(t.Context(), 1, another, "x", nil); err != nil {
		t.Fatal(err)
	}
	_, err = pool.Exec(t.Context(), `UPDATE ledger.subject_keys SET wrapped =
		(SELECT wrapped FROM ledger.subject_keys WHERE subject = $1) WHERE subject = $2`, another, somebody)
	if err != nil {
		t.Fatal(err)
	}
	fresh := vault.New(pool, testMaster(t, 1))
	if _, err := fresh.Open(t.Context(), 1, somebody, "x", sealed); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("open: %v", err)
	}
	if _, err := fresh.Seal(t.Context(), 1, somebody, "x", nil); !errors.Is(err, vault.ErrTampered) {
		t.Errorf("seal: %v", err)
	}
}

func TestFirstSealByManyAtOnce(t *testing.T) {
	pool := testPool(t)
	const rounds, many = 10, 16
	for round := range rounds {
		subject := uuid.New()
		var group sync.WaitGroup
		sealed := make([][]byte, many)
		start := make(chan struct{})
		for i := range many {
			v := vault.New(pool, testMaster(t, 1)) // each as a process of its own
			group.Go(func() {
				<-start
				var err error
				if sealed[i], err = v.Seal(t.Context(), 1, subject, "x", fmt.Append(nil, i)); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		group.Wait()
		v := vault.New(pool, testMaster(t, 1))
		for i := range many {
			if got, err := v.Open(t.Context(), 1, subject, "x", sealed[i]); err != nil || string(got) != fmt.Sprint(i) {
				t.Fatalf("round %d, sealed %d: %q, %v", round, i, got, err)
			}
		}
	}
	if n := query[int](t, pool, `SELECT count(*) FROM ledger.subject_keys`); n != rounds {
		t.Errorf("%d keys for %d subjects", n, rounds)
	}
}

func TestDestroyedKey(t *testing.T) {
	pool := testPool(t)
	v, elsewhere := vault.New(pool, testMaster(t, 1)), vault.New(pool, testMaster(t, 1))
	now := time.Now()
	elsewhere.SetClock(func() time.Time { return now })
	sealed, err := v.Seal(t.Context(), 1, somebody, "x", []byte("private"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := v.Seal(t.Context(), 1, another, "x", []byte("kept"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := elsewhere.Open(t.Context(), 1, somebody, "x", sealed); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time changes nothing
		if err := v.Destroy(t.Context(), 1, somebody); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Open(t.Context(), 1, somebody, "x", sealed); !errors.Is(err, vault.ErrErased) {
			t.Errorf("open: %v", err)
		}
		if _, err := v.Seal(t.Context(), 1, somebody, "x", nil); !errors.Is(err, vault.ErrErased) {
			t.Errorf("seal: %v", err)
		}
	}
	if got, err := v.Open(t.Context(), 1, another, "x", kept); err != nil || string(got) != "kept" {
		t.Errorf("somebody else: %q, %v", got, err)
	}
	if !query[bool](t, pool, `SELECT wrapped IS NULL AND key_id IS NULL AND destroyed_at IS NOT NULL
		FROM ledger.subject_keys WHERE subject = $1`, somebody) {
		t.Error("the row keeps something of the key")
	}
	// A process that has the key in hand goes on for the life of a key and no longer.
	now = now.Add(vault.KeyLife)
	if _, err := elsewhere.Open(t.Context(), 1, somebody, "x", sealed); !errors.Is(err, vault.ErrErased) {
		t.Errorf("elsewhere, later: %v", err)
	}
}

func TestDestroyBeforeTheFirstSeal(t *testing.T) {
	v := vault.New(testPool(t), testMaster(t, 1))
	if err := v.Destroy(t.Context(), 1, somebody); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Seal(t.Context(), 1, somebody, "x", nil); !errors.Is(err, vault.ErrErased) {
		t.Errorf("seal: %v", err)
	}
	if _, err := v.Seal(t.Context(), 2, somebody, "x", nil); err != nil {
		t.Errorf("in another book: %v", err)
	}
}

// The zero subject is the book's own; nobody may seal under its key, or destroy it.
func TestNoSubject(t *testing.T) {
	v := vault.New(testPool(t), testMaster(t, 1))
	_, sealErr := v.Seal(t.Context(), 1, uuid.Nil, "x", nil)
	_, openErr := v.Open(t.Context(), 1, uuid.Nil, "x", nil)
	_, claimErr := v.Claim(t.Context(), 1, "phone", "+79123456789", uuid.Nil)
	for name, err := range map[string]error{
		"seal": sealErr, "open": openErr, "claim": claimErr, "destroy": v.Destroy(t.Context(), 1, uuid.Nil),
	} {
		if !errors.Is(err, vault.ErrNoSubject) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSealAgainstDestroy(t *testing.T) {
	pool := testPool(t)
	for range 20 {
		v, subject := vault.New(pool, testMaster(t, 1)), uuid.New()
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				for range 5 {
					if _, err := v.Seal(t.Context(), 1, subject, "x", nil); err != nil && !errors.Is(err, vault.ErrErased) {
						t.Error(err)
					}
				}
			})
		}
		if err := v.Destroy(t.Context(), 1, subject); err != nil {
			t.Error(err)
		}
		// Whatever was under way, the process that destroyed the key never uses it again.
		if _, err := v.Seal(t.Context(), 1, subject, "x", nil); !errors.Is(err, vault.ErrErased) {
			t.Fatalf("after the key was destroyed: %v", err)
		}
		group.Wait()
		if _, err := v.Seal(t.Context(), 1, subject, "x", nil); !errors.Is(err, vault.ErrErased) {
			t.Fatalf("after all was done: %v", err)
		}
	}
}
