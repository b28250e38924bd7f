package orders

import (
	"sync"

	"loanledger/domain/ident"

	"github.com/google/uuid"
)

// running is the commands with an idempotency key that are being carried out here. Between processes
// the log decides: one of two becomes the first, and the other one its repetition. The zero value is
// empty.
type running struct {
	mu   sync.Mutex
	keys map[runningKey]struct{}
}

type runningKey struct {
	book   ident.Book
	target uuid.UUID
	key    string
}

// begin takes a key; false when it is taken. A command without one is in nobody's way.
func (r *running) begin(k runningKey) (free bool) {
	if k.key == "" {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, taken := r.keys[k]; taken {
		return false
	}
	if r.keys == nil {
		r.keys = map[runningKey]struct{}{}
	}
	r.keys[k] = struct{}{}
	return true
}

// end gives back a key that was taken.
func (r *running) end(k runningKey) {
	if k.key == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.keys, k)
}
