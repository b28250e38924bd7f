package vault

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// SealSecret is a secret of the book itself, such as a private key, sealed under a label with a key of
// the book. It stays readable when the master key is replaced. Errors: those of Check.
func (v *Vault) SealSecret(ctx context.Context, book eventstore.Book, label string, plain []byte) ([]byte, error) {
	key, err := v.secretKey(ctx, book)
	if err != nil {
		return nil, err
	}
	return seal(key, book, uuid.Nil, label, plain), nil
}

// OpenSecret is the reverse of SealSecret. Errors: ErrTampered, those of Check.
func (v *Vault) OpenSecret(ctx context.Context, book eventstore.Book, label string, sealed []byte) ([]byte, error) {
	key, err := v.secretKey(ctx, book)
	if err != nil {
		return nil, err
	}
	plain, err := open(key, book, uuid.Nil, label, sealed)
	if err != nil {
		return nil, fmt.Errorf("open the secret %q of book %d: %w", label, book, err)
	}
	return plain, nil
}

func (v *Vault) secretKey(ctx context.Context, book eventstore.Book) (*dataKey, error) {
	key, err := v.bookKey(ctx, book)
	if err != nil {
		return nil, err
	}
	return newDataKey(derive(key.raw[:], "secrets", keySize)), nil
}
