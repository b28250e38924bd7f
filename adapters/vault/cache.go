package vault

import (
	"sync"
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// KeyLife is how long an unwrapped key is used before it is asked of the database again. Destroy
// takes effect at once in its own process and within this time in every other one.
const KeyLife = 15 * time.Second

// cacheSize is how many unwrapped keys are held at most: about 10 MB.
const cacheSize = 8192

type keyPlace struct {
	book    eventstore.Book
	subject uuid.UUID
}

type cachedKey struct {
	key   *dataKey
	until time.Time
}

// keyCache holds unwrapped keys for a while. It fills one generation of keys, and when that is full
// lets the one before it go: bounded, and never a sweep over all keys.
type keyCache struct {
	mu       sync.Mutex
	half     int
	life     time.Duration
	now      func() time.Time
	young    map[keyPlace]cachedKey
	old      map[keyPlace]cachedKey
	dropping uint64 // counts drops
}

func newKeyCache(size int, life time.Duration) *keyCache {
	return &keyCache{half: size / 2, life: life, now: time.Now, young: map[keyPlace]cachedKey{}}
}

// get is a key that is still fresh.
func (c *keyCache) get(at keyPlace) (*dataKey, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	held, ok := c.young[at]
	if !ok {
		held, ok = c.old[at]
	}
	if !ok || !c.now().Before(held.until) {
		return nil, false
	}
	return held.key, true
}

// ticket is taken before a key is read from the database. The life of the key is counted from here,
// and put refuses the key if anything was dropped since: it may have been destroyed after it was read.
type ticket struct {
	dropping uint64
	until    time.Time
}

func (c *keyCache) ticket() ticket {
	c.mu.Lock()
	defer c.mu.Unlock()
	return ticket{dropping: c.dropping, until: c.now().Add(c.life)}
}

func (c *keyCache) put(t ticket, at keyPlace, key *dataKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.dropping != c.dropping {
		return
	}
	if len(c.young) >= c.half {
		c.old, c.young = c.young, make(map[keyPlace]cachedKey, c.half)
	}
	c.young[at] = cachedKey{key: key, until: t.until}
}

func (c *keyCache) drop(at keyPlace) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dropping++
	delete(c.young, at)
	delete(c.old, at)
}
