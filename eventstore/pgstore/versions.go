package pgstore

import (
	"sync"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// versions remembers versions that streams have reached. Streams only grow, so what it says may be
// too low and is never too high. It is bounded: of two generations, the older one is dropped when
// the younger one is full.
//
// What it says was learned as of a moment, which is that of entering a leaf (see leaf): whoever tells
// it something says as of which moment that is, and is not listened to if another has begun since.
type versions struct {
	mu           sync.Mutex
	moment       moment
	young, older map[uuid.UUID]eventstore.Version
}

// moment numbers the times at which everything was forgotten.
type moment uint64

// versionsPerGeneration bounds the memory to some 20 MB a book.
const versionsPerGeneration = 1 << 18

func newVersions() *versions { return &versions{young: map[uuid.UUID]eventstore.Version{}} }

// note takes what was learned as of a moment. A stream of version 0 is one that is known not to be there.
func (v *versions) note(m moment, stream uuid.UUID, version eventstore.Version) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if known, ok := v.get(stream); v.moment != m || ok && version <= known {
		return
	}
	if len(v.young) >= versionsPerGeneration {
		v.young, v.older = make(map[uuid.UUID]eventstore.Version, versionsPerGeneration), v.young
	}
	v.young[stream] = version
}

// get is the version that the stream has at least, if anything is known of it. The caller holds the mutex.
func (v *versions) get(stream uuid.UUID) (eventstore.Version, bool) {
	if version, ok := v.young[stream]; ok {
		return version, true
	}
	version, ok := v.older[stream]
	return version, ok
}

// now is the moment that lasts. What begins to be read after the answer may be noted as of it.
func (v *versions) now() moment {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.moment
}

// forget begins another moment.
func (v *versions) forget() moment {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.moment++
	v.young, v.older = map[uuid.UUID]eventstore.Version{}, nil
	return v.moment
}
