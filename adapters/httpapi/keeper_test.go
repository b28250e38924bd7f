package httpapi_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"loanledger/eventstore"

	"github.com/google/uuid"
)

const sealMark = "sealed:"

var errErased = errors.New("erased")

// keeper keeps secrets in memory.
type keeper struct {
	mu     sync.Mutex
	owners map[string]uuid.UUID
	erased map[uuid.UUID]bool
}

func newKeeper() *keeper {
	return &keeper{owners: map[string]uuid.UUID{}, erased: map[uuid.UUID]bool{}}
}

func (k *keeper) Seal(_ context.Context, _ eventstore.Book, _ uuid.UUID, _ string, plain []byte) ([]byte, error) {
	return append([]byte(sealMark), plain...), nil
}

func (k *keeper) Open(_ context.Context, _ eventstore.Book, subject uuid.UUID, _ string, sealed []byte) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.erased[subject] {
		return nil, errErased
	}
	return bytes.TrimPrefix(sealed, []byte(sealMark)), nil
}

func (k *keeper) erase(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.erased[uuid.MustParse(id)] = true
}

func (k *keeper) Find(_ context.Context, b eventstore.Book, kind, value string) (uuid.UUID, bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	owner, found := k.owners[fmt.Sprint(b, kind, value)]
	return owner, found, nil
}

func (k *keeper) Claim(_ context.Context, b eventstore.Book, kind, value string, candidate uuid.UUID) (uuid.UUID, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	at := fmt.Sprint(b, kind, value)
	if owner, taken := k.owners[at]; taken {
		return owner, nil
	}
	k.owners[at] = candidate
	return candidate, nil
}

func (k *keeper) Code(b eventstore.Book, purpose string, id uuid.UUID, issue, digits int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s %s %d", b, purpose, id, issue))
	return fmt.Sprintf("%0*d", digits, binary.BigEndian.Uint32(sum[:])%1_000_000)
}

func (k *keeper) Blind(_ context.Context, _ eventstore.Book, kind, value string) ([]byte, error) {
	return []byte(kind + value), nil
}

func (k *keeper) Fingerprint(_ context.Context, _ eventstore.Book, data []byte) (eventstore.Digest, error) {
	return sha256.Sum256(data), nil
}
