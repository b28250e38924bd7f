package pgstore

import (
	"sync"

	"golang.org/x/mod/sumdb/tlog"

	"loanledger/eventstore"
	"loanledger/eventstore/tree"
)

// freshHashes is the leaf hashes of events that this process has appended lately to a book whose tree it
// builds: they need not be read for it, which is most of the work of building. They are made by the callers
// of the appends, once the events are in the log. Hashes of others are not here, and old ones are gone.
type freshHashes struct {
	mu     sync.Mutex
	hashes []freshHash // by position modulo their number
}

type freshHash struct {
	position eventstore.Position
	hash     tlog.Hash
}

// freshEvents is how many hashes are kept of a book, 2.6 MB: what is appended while a tree rests (see
// growEvery) at several times the rate that Postgres takes in.
const freshEvents = 1 << 16

func newFreshHashes(events int) *freshHashes { return &freshHashes{hashes: make([]freshHash, events)} }

// add adds the hashes of an append that is in the log.
func (f *freshHashes) add(book eventstore.Book, a *eventstore.Append, at eventstore.Appended) {
	position := at.First
	var hashed [1]tlog.Hash
	for i := range a.Streams {
		s := &a.Streams[i]
		for j := range s.Events {
			e := recorded(a, s, j)
			e.Book, e.Position, e.RecordedAt = book, position, at.RecordedAt
			tree.AppendHashes(hashed[:0], []eventstore.Event{e})
			f.mu.Lock()
			f.hashes[position%eventstore.Position(len(f.hashes))] = freshHash{position, hashed[0]}
			f.mu.Unlock()
			position++
		}
	}
}

// appendAfter appends the hashes after a position, as far as they are here one behind the other and up to
// another position.
func (f *freshHashes) appendAfter(hashes []tlog.Hash, after, upTo eventstore.Position) []tlog.Hash {
	f.mu.Lock()
	defer f.mu.Unlock()
	for position := after + 1; position <= upTo; position++ {
		h := &f.hashes[position%eventstore.Position(len(f.hashes))]
		if h.position != position {
			break
		}
		hashes = append(hashes, h.hash)
	}
	return hashes
}

// forget is for when the log may have become another one.
func (f *freshHashes) forget() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.hashes)
}
