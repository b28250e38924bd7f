package vault

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// wrapLabel keeps a wrapped key from being taken for sealed data of the same place.
const wrapLabel = "subject key"

// keyring wraps and unwraps the keys of subjects. It is the one part of the vault that would move
// behind a key management service.
type keyring struct {
	current   Master
	currentID string
	known     map[string]Master // by key id; has the current one too
}

func newKeyring(current Master, others []Master) keyring {
	r := keyring{current: current, currentID: current.id(), known: map[string]Master{}}
	for _, m := range slices.Concat(others, []Master{current}) {
		r.known[m.id()] = m
	}
	return r
}

// wrap encloses a subject's key under the current master key.
func (r keyring) wrap(book eventstore.Book, subject uuid.UUID, raw []byte) (keyID string, wrapped []byte) {
	return r.currentID, seal(r.current.wrappingKey(book), book, subject, wrapLabel, raw)
}

// unwrap is the reverse of wrap, for any known master key. Errors: ErrUnknownMaster, ErrTampered.
func (r keyring) unwrap(book eventstore.Book, subject uuid.UUID, keyID string, wrapped []byte) ([]byte, error) {
	master, ok := r.known[keyID]
	if !ok {
		return nil, fmt.Errorf("key of subject %s in book %d, master key %s: %w", subject, book, keyID, ErrUnknownMaster)
	}
	raw, err := open(master.wrappingKey(book), book, subject, wrapLabel, wrapped)
	if err == nil && len(raw) != keySize {
		err = ErrTampered
	}
	if err != nil {
		return nil, fmt.Errorf("unwrap the key of subject %s in book %d: %w", subject, book, err)
	}
	return raw, nil
}

// id names a master key without telling anything of it: sixteen hexadecimal digits.
func (m Master) id() string {
	return hex.EncodeToString(derive(m.key[:], "key id", 8))
}

func (m Master) wrappingKey(book eventstore.Book) *dataKey {
	return newDataKey(derive(m.key[:], bookPurpose(book, "wrapping"), keySize))
}

func bookPurpose(book eventstore.Book, purpose string) string {
	return "book " + strconv.Itoa(int(book)) + " " + purpose
}

// derive is a key for one purpose. Keys of different purposes tell nothing of each other.
func derive(secret []byte, purpose string, size int) []byte {
	key, err := hkdf.Key(sha256.New, secret, nil, "loanledger vault 1: "+purpose, size)
	if err != nil {
		panic("vault: " + err.Error()) // a size that no caller asks for
	}
	return key
}
