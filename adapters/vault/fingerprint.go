package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"hash"

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
	return key.fingerprint(data), nil
}

// fingerprint is a keyed hash. The key behind it is derived once for many hashes, because that costs
// more than a hash.
func (k *dataKey) fingerprint(data []byte) (d eventstore.Digest) {
	h, is := k.idle.Get().(hash.Hash)
	if !is {
		h = hmac.New(sha256.New, derive(k.raw[:], "fingerprint", keySize))
	}
	defer k.idle.Put(h)
	h.Reset()
	h.Write(data)
	h.Sum(d[:0])
	return d
}
