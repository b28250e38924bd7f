package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"sync"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// keySize is the length of every key of the vault, in bytes: AES-256.
const keySize = 32

// sealedFormat is the first byte of sealed data. Another way to seal gets another number, so that
// old data stays readable.
const sealedFormat = 1

// dataKey is an unwrapped key of a subject, or of a book.
type dataKey struct {
	raw  [keySize]byte
	aead cipher.AEAD
	idle sync.Pool // of hash.Hash, keyed for fingerprints
}

func newDataKey(raw []byte) *dataKey {
	k := &dataKey{aead: newAEAD(raw)}
	copy(k.raw[:], raw)
	return k
}

// newAEAD is AES-GCM with random nonces, which the standard library puts before the cipher text. A
// subject's key stays far below the 2^32 messages that this allows.
func newAEAD(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("vault: " + err.Error()) // a key of another length
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic("vault: " + err.Error())
	}
	return aead
}

// place is the authenticated description of where a cipher text belongs. Every part but the last has
// a fixed length, so that no two places have the same bytes.
func place(format byte, book eventstore.Book, subject uuid.UUID, label string) []byte {
	p := make([]byte, 0, 1+2+len(subject)+len(label))
	p = append(p, format)
	p = binary.BigEndian.AppendUint16(p, uint16(book))
	p = append(p, subject[:]...)
	return append(p, label...)
}

// seal is the format byte, the nonce, the cipher text and the tag.
func seal(key *dataKey, book eventstore.Book, subject uuid.UUID, label string, plain []byte) []byte {
	sealed := make([]byte, 1, 1+len(plain)+key.aead.Overhead())
	sealed[0] = sealedFormat
	return key.aead.Seal(sealed, nil, plain, place(sealedFormat, book, subject, label))
}

// open is the reverse of seal. Error: ErrTampered.
func open(key *dataKey, book eventstore.Book, subject uuid.UUID, label string, sealed []byte) ([]byte, error) {
	if len(sealed) < 1+key.aead.Overhead() || sealed[0] != sealedFormat {
		return nil, ErrTampered
	}
	plain := make([]byte, 0, len(sealed)-1-key.aead.Overhead())
	plain, err := key.aead.Open(plain, nil, sealed[1:], place(sealedFormat, book, subject, label))
	if err != nil {
		return nil, ErrTampered
	}
	return plain, nil
}
