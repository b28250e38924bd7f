package eventstore

import (
	"container/list"
	"sync"

	"github.com/google/uuid"
)

// streamKey names a stream of any book.
type streamKey struct {
	book   Book
	stream uuid.UUID
}

// folded is a stream folded up to a version: a value that is never changed.
type folded struct {
	family  folder
	state   any
	version Version
	history *history
}

// cache holds folded states up to a number of bytes, the ones used last. What it holds may be old,
// but is never wrong: the expected version of an append tells.
type cache struct {
	mu      sync.Mutex
	limit   int
	used    int
	entries map[streamKey]*list.Element
	recent  *list.List // of *cacheEntry, the one used last in front
}

type cacheEntry struct {
	key   streamKey
	value folded
	bytes int
}

// cacheEntryBytes is about what an entry costs beside its state and its history.
const cacheEntryBytes = 320

func newCache(limit int) *cache {
	return &cache{limit: limit, entries: map[streamKey]*list.Element{}, recent: list.New()}
}

func (c *cache) get(key streamKey, family folder) (folded, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[key]
	if !ok {
		return folded{}, false
	}
	entry := element.Value.(*cacheEntry)
	if entry.value.family != family {
		return folded{}, false
	}
	c.recent.MoveToFront(element)
	return entry.value, true
}

// put keeps a value unless a later one of the same family is there already.
func (c *cache) put(key streamKey, value folded) {
	bytes := cacheEntryBytes + value.family.size(value.state) + value.history.bytes()
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.entries[key]; ok {
		entry := element.Value.(*cacheEntry)
		if entry.value.family == value.family && entry.value.version > value.version {
			return
		}
		c.used += bytes - entry.bytes
		entry.value, entry.bytes = value, bytes
		c.recent.MoveToFront(element)
	} else {
		c.entries[key] = c.recent.PushFront(&cacheEntry{key, value, bytes})
		c.used += bytes
	}
	for c.used > c.limit && c.recent.Len() > 0 {
		last := c.recent.Back()
		entry := c.recent.Remove(last).(*cacheEntry)
		delete(c.entries, entry.key)
		c.used -= entry.bytes
	}
}
