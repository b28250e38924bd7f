package vault

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

func testCache(size int) (*keyCache, *time.Time) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := newKeyCache(size, time.Minute)
	c.now = func() time.Time { return now }
	return c, &now
}

func at(n byte) keyPlace { return keyPlace{book: 1, subject: uuid.UUID{15: n}} }

func TestCachedKeyExpires(t *testing.T) {
	c, now := testCache(4)
	key := newDataKey(make([]byte, keySize))
	read := c.ticket()
	*now = now.Add(20 * time.Second) // the database was slow: the life counts from before the read
	c.put(read, at(1), key)
	*now = now.Add(39 * time.Second)
	if got, ok := c.get(at(1)); !ok || got != key {
		t.Fatal("a key is gone 59 seconds after it was read")
	}
	*now = now.Add(time.Second)
	if _, ok := c.get(at(1)); ok {
		t.Fatal("a key lives 60 seconds after it was read")
	}
}

func TestCacheIsBounded(t *testing.T) {
	c, _ := testCache(8)
	key := newDataKey(make([]byte, keySize))
	for n := range byte(100) {
		c.put(c.ticket(), at(n), key)
		if held := len(c.young) + len(c.old); held > 8 {
			t.Fatalf("%d keys are held after %d puts", held, n+1)
		}
		if _, ok := c.get(at(n)); !ok {
			t.Fatalf("key %d is not held after its put", n)
		}
	}
	for n := byte(96); n < 100; n++ {
		if _, ok := c.get(at(n)); !ok {
			t.Errorf("key %d, one of the last four, is gone", n)
		}
	}
	if _, ok := c.get(at(0)); ok {
		t.Error("the first key is still held")
	}
}

func TestDroppedKeyDoesNotComeBack(t *testing.T) {
	c, _ := testCache(4)
	key := newDataKey(make([]byte, keySize))
	c.put(c.ticket(), at(1), key)
	read := c.ticket() // read from the database, and then destroyed
	c.drop(at(1))
	if _, ok := c.get(at(1)); ok {
		t.Fatal("a dropped key is still held")
	}
	c.put(read, at(1), key)
	if _, ok := c.get(at(1)); ok {
		t.Fatal("a key that was read before it was dropped came back")
	}
	c.put(c.ticket(), at(1), key)
	if _, ok := c.get(at(1)); !ok {
		t.Fatal("a key that was read after the drop is not held")
	}
}

func TestDropReachesBothGenerations(t *testing.T) {
	c, _ := testCache(2)
	key := newDataKey(make([]byte, keySize))
	c.put(c.ticket(), at(1), key)
	c.put(c.ticket(), at(2), key)
	if _, ok := c.old[at(1)]; !ok {
		t.Fatal("the first key is not in the old generation")
	}
	c.drop(at(1))
	c.drop(at(2))
	if len(c.young)+len(c.old) != 0 {
		t.Fatal("a dropped key is still held")
	}
}
