package vault_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"

	"loanledger/adapters/vault"
	"loanledger/eventstore"
)

func TestFirstClaimerOwns(t *testing.T) {
	pool := testPool(t)
	v, elsewhere := vault.New(pool, testMaster(t, 1)), vault.New(pool, testMaster(t, 1))
	claim := func(v *vault.Vault, book eventstore.Book, kind, value string, candidate, want uuid.UUID) {
		t.Helper()
		if owner, err := v.Claim(t.Context(), book, kind, value, candidate); err != nil || owner != want {
			t.Errorf("book %d, %s: owner %s, %v; want %s", book, kind, owner, err, want)
		}
	}
	claim(v, 1, "document", "12345678-Z", somebody, somebody)
	claim(v, 1, "document", "12345678z", somebody, somebody)
	claim(elsewhere, 1, "document", " 12345678 z", another, somebody)
	claim(v, 1, "document", "12345679Z", another, another)
	claim(v, 1, "phone", "12345678Z", another, another)    // another kind
	claim(v, 2, "document", "12345678Z", another, another) // another book
	claim(v, 1, "email", "Ana@Example.com", another, another)
	for _, c := range []struct {
		book        eventstore.Book
		kind, value string
		want        uuid.UUID
	}{
		{1, "document", "12345678Z", somebody},
		{2, "document", "12345678Z", another},
		{1, "email", "ana@example.com", another},
		{1, "document", "1", uuid.Nil},
		{1, "passport", "12345678Z", uuid.Nil},
		{3, "document", "12345678Z", uuid.Nil},
	} {
		owner, found, err := elsewhere.Find(t.Context(), c.book, c.kind, c.value)
		if err != nil || owner != c.want || found != (c.want != uuid.Nil) {
			t.Errorf("%+v: %s, %v, %v", c, owner, found, err)
		}
	}
}

func TestForgottenValuesAreFree(t *testing.T) {
	pool := testPool(t)
	v := vault.New(pool, testMaster(t, 1))
	for _, c := range []struct {
		book  eventstore.Book
		value string
		owner uuid.UUID
	}{{1, "111", somebody}, {1, "222", somebody}, {1, "333", another}, {2, "111", somebody}} {
		if _, err := v.Claim(t.Context(), c.book, "phone", c.value, c.owner); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := v.Forget(t.Context(), 1, somebody); err != nil {
			t.Fatal(err)
		}
	}
	if n := query[int](t, pool, `SELECT count(*) FROM ledger.blind_index`); n != 2 {
		t.Errorf("%d values are left", n)
	}
	if _, found, err := v.Find(t.Context(), 1, "phone", "111"); found || err != nil {
		t.Errorf("found %v, %v", found, err)
	}
	if owner, err := v.Claim(t.Context(), 1, "phone", "111", another); err != nil || owner != another {
		t.Errorf("claimed anew: %s, %v", owner, err)
	}
}

func TestClaimByManyAtOnce(t *testing.T) {
	pool := testPool(t)
	const many = 16
	for _, value := range []string{"1", "2", "3", "4", "5"} {
		owners, candidates := make([]uuid.UUID, many), make(map[uuid.UUID]bool)
		var group sync.WaitGroup
		start := make(chan struct{})
		for i := range many {
			v, candidate := vault.New(pool, testMaster(t, 1)), uuid.New()
			candidates[candidate] = true
			group.Go(func() {
				<-start
				var err error
				if owners[i], err = v.Claim(t.Context(), 7, "document", value, candidate); err != nil {
					t.Error(err)
				}
			})
		}
		close(start)
		group.Wait()
		for _, owner := range owners {
			if owner != owners[0] || !candidates[owner] {
				t.Fatalf("owners %v", owners)
			}
		}
	}
}

func TestNothingToLookUpBy(t *testing.T) {
	v := vault.New(testPool(t), testMaster(t, 1))
	for _, c := range [][2]string{{"phone", ""}, {"phone", " - "}, {"email", "\t"}, {"", "1"}} {
		if _, err := v.Claim(t.Context(), 1, c[0], c[1], somebody); !errors.Is(err, vault.ErrNoValue) {
			t.Errorf("claim %q: %v", c, err)
		}
		if _, _, err := v.Find(t.Context(), 1, c[0], c[1]); !errors.Is(err, vault.ErrNoValue) {
			t.Errorf("find %q: %v", c, err)
		}
	}
}

// The index tells nothing without its key: not the value, not that two books have the same one.
func TestIndexIsBlind(t *testing.T) {
	pool := testPool(t)
	v := vault.New(pool, testMaster(t, 1))
	for _, book := range []eventstore.Book{1, 2} {
		for _, kind := range []string{"document", "phone"} {
			if _, err := v.Claim(t.Context(), book, kind, "12345678", somebody); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := query[int](t, pool, `SELECT count(DISTINCT hash) FROM ledger.blind_index`); n != 4 {
		t.Errorf("%d hashes of one value in two books and two kinds", n)
	}
	if n := query[int](t, pool, `SELECT count(*) FROM ledger.blind_index b WHERE b::text LIKE '%12345678%'
		OR position('12345678'::bytea IN hash) > 0 OR hash = sha256('12345678')`); n != 0 {
		t.Error("the value stands in the index")
	}
}
