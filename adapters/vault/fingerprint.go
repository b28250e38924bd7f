package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"

	"loanledger/eventstore"
)

// Fingerprint is a digest of a command's body under a key of the book: it tells whether two bodies
// are the same, for ever, and nobody without the key can try out whose data a body held. It stays
// the same when the master key is replaced.
func (v *Vault) Fingerprint(ctx context.Context, book eventstore.Book, data []byte) (eventstore.Digest, error) {
	key, err := v.bookKey(ctx, book)
	if err != nil {
		return eventstore.Digest{}, err
	}
	h := hmac.New(sha256.New, derive(key.raw[:], "fingerprint", keySize))
	h.Write(data)
	return eventstore.Digest(h.Sum(nil)), nil
}
