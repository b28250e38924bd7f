package vault_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"loanledger/adapters/vault"
)

func TestMasterKeyIsReplacedWithoutTouchingSealedData(t *testing.T) {
	pool := testPool(t)
	old := vault.New(pool, testMaster(t, 1))
	const subjects = 1203 // more than two batches
	sealed := map[uuid.UUID][]byte{}
	var erased uuid.UUID
	for range subjects {
		id := uuid.New()
		part, err := old.Seal(t.Context(), 1, id, "x", id[:])
		if err != nil {
			t.Fatal(err)
		}
		sealed[id], erased = part, id
	}
	if err := old.Destroy(t.Context(), 1, erased); err != nil {
		t.Fatal(err)
	}
	delete(sealed, erased)
	if _, err := old.Claim(t.Context(), 1, "phone", "111", somebody); err != nil {
		t.Fatal(err)
	}
	elsewhere, err := old.Seal(t.Context(), 2, somebody, "x", nil)
	if err != nil {
		t.Fatal(err)
	}

	both := vault.New(pool, testMaster(t, 2), testMaster(t, 1))
	if n, err := both.Rewrap(t.Context(), 1); err != nil || n != subjects { // one less, and the book's own key
		t.Fatalf("%d keys were wrapped again, %v", n, err)
	}
	if n, err := both.Rewrap(t.Context(), 1); err != nil || n != 0 {
		t.Fatalf("%d keys were wrapped a second time, %v", n, err)
	}

	current := vault.New(pool, testMaster(t, 2))
	for id, part := range sealed {
		if got, err := current.Open(t.Context(), 1, id, "x", part); err != nil || string(got) != string(id[:]) {
			t.Fatalf("%s: %v", id, err)
		}
	}
	if owner, found, err := current.Find(t.Context(), 1, "phone", "111"); err != nil || !found || owner != somebody {
		t.Errorf("the index: %s, %v, %v", owner, found, err)
	}
	if _, err := current.Open(t.Context(), 1, erased, "x", nil); !errors.Is(err, vault.ErrErased) {
		t.Errorf("a destroyed key: %v", err)
	}
	if _, err := current.Open(t.Context(), 2, somebody, "x", elsewhere); !errors.Is(err, vault.ErrUnknownMaster) {
		t.Errorf("a book that was left out: %v", err)
	}
	if _, err := vault.New(pool, testMaster(t, 1)).Open(t.Context(), 1, somebody, "x", nil); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("a subject without a key: %v", err)
	}
}

func TestRewrapStopsAtAnUnknownMasterKey(t *testing.T) {
	pool := testPool(t)
	if err := vault.New(pool, testMaster(t, 1)).Check(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if n, err := vault.New(pool, testMaster(t, 2)).Rewrap(t.Context(), 1); !errors.Is(err, vault.ErrUnknownMaster) || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	if err := vault.New(pool, testMaster(t, 1)).Check(t.Context(), 1); err != nil {
		t.Error(err)
	}
}

func TestCheckFindsAWrongMasterKey(t *testing.T) {
	pool := testPool(t)
	if err := vault.New(pool, testMaster(t, 1)).Check(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if err := vault.New(pool, testMaster(t, 2)).Check(t.Context(), 1); !errors.Is(err, vault.ErrUnknownMaster) {
		t.Errorf("another master key: %v", err)
	}
	if err := vault.New(pool, testMaster(t, 2), testMaster(t, 1)).Check(t.Context(), 1); err != nil {
		t.Errorf("both master keys: %v", err)
	}
}

func TestRewrapWhileKeysAreDestroyed(t *testing.T) {
	pool := testPool(t)
	old := vault.New(pool, testMaster(t, 1))
	subjects := make([]uuid.UUID, 300)
	for i := range subjects {
		subjects[i] = uuid.New()
		if _, err := old.Seal(t.Context(), 1, subjects[i], "x", nil); err != nil {
			t.Fatal(err)
		}
	}
	var group sync.WaitGroup
	var wrapped atomic.Int64
	for range 2 {
		group.Go(func() {
			n, err := vault.New(pool, testMaster(t, 2), testMaster(t, 1)).Rewrap(t.Context(), 1)
			if err != nil {
				t.Error(err)
			}
			wrapped.Add(int64(n))
		})
	}
	for _, subject := range subjects[:100] {
		if err := old.Destroy(t.Context(), 1, subject); err != nil {
			t.Error(err)
		}
	}
	group.Wait()
	if n := wrapped.Load(); n < 200 || n > 300 {
		t.Errorf("%d keys were wrapped again", n)
	}
	current := vault.New(pool, testMaster(t, 2))
	for i, subject := range subjects {
		_, err := current.Seal(t.Context(), 1, subject, "x", nil)
		if erased := errors.Is(err, vault.ErrErased); erased != (i < 100) || !erased && err != nil {
			t.Fatalf("subject %d: %v", i, err)
		}
	}
}
