package pgstore

import (
	"sync"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// versions remembers versions that streams have reached. Streams only grow, so what it says may be
// too low and is never too high. It is bounded: of two generations, the older one is dropped when
// the younger one is full.
type versions struct {
	mu           sync.Mutex
	young, older map[uuid.UUID]eventstore.Version
}

// versionsPerGeneration bounds the memory to some 20 MB a book.
const versionsPerGeneration = 1 << 18

func newVersions() *versions { return &versions{young: map[uuid.UUID]eventstore.Version{}} }

// of is the version that the stream has at least; every stream has version 0.
func (v *versions) of(stream uuid.UUID) (known eventstore.Version) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.get(stream)
}

func (v *versions) note(stream uuid.UUID, version eventstore.Version) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if version <= v.get(stream) {
		return
	}
	if len(v.young) >= versionsPerGeneration {
		v.young, v.older = make(map[uuid.UUID]eventstore.Version, versionsPerGeneration), v.young
	}
	v.young[stream] = version
}

func (v *versions) get(stream uuid.UUID) eventstore.Version {
	if version, ok := v.young[stream]; ok {
		return version
	}
	return v.older[stream]
}

// forget is for after a connection broke: the database may have been replaced by an older one.
func (v *versions) forget() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.young, v.older = map[uuid.UUID]eventstore.Version{}, nil
}
