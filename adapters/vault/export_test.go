package vault

import (
	"time"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// SetClock makes the vault's cache read another clock.
func (v *Vault) SetClock(now func() time.Time) { v.cache.now = now }

// SealUnder and OpenUnder seal and open under a given key, without a database.
func SealUnder(key [32]byte, book eventstore.Book, subject uuid.UUID, label string, plain []byte) []byte {
	return seal(newDataKey(key[:]), book, subject, label, plain)
}

func OpenUnder(key [32]byte, book eventstore.Book, subject uuid.UUID, label string, sealed []byte) ([]byte, error) {
	return open(newDataKey(key[:]), book, subject, label, sealed)
}

// Normalised is how a value is compared.
func Normalised(kind, value string) string { return normalised(kind, value) }

// Text is a master key as it is written to a file.
func (m Master) Text() string { return m.text() }
