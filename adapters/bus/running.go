package bus

import (
	"sync"

	"github.com/google/uuid"

	"loanledger/domain/ident"
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
func (r *running) begin(k runningKey) (finish func(), free bool) {
	if k.key == "" {
		return func() {}, true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, taken := r.keys[k]; taken {
		return nil, false
	}
	if r.keys == nil {
		r.keys = map[runningKey]struct{}{}
	}
	r.keys[k] = struct{}{}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.keys, k)
	}, true
}
