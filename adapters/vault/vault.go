// Package vault seals personal data with a key for every borrower, so that destroying one key erases
// one person and leaves the log as it is.
//
// There are three levels of keys. The master key is kept outside the database. From it comes a
// wrapping key for each book, which is to say for each lender; the number of the book stands for the
// lender in the derivation, because a number is never renamed. The wrapping key encloses a random
// key for each subject, kept in ledger.subject_keys, and that one seals the subject's data.
//
// Replacing the master key re-wraps the subjects' keys and touches nothing that was sealed:
//
//  1. give every process both master keys, the old one as current;
//  2. make the new one current everywhere, the old one as another;
//  3. call Rewrap for each book until it answers 0;
//  4. take the old one away.
package vault

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/eventstore"
)

// Errors of a vault.
var (
	// ErrErased: the subject's key was destroyed. What it sealed can never be read again, and nothing
	// more can be sealed for the subject.
	ErrErased = errors.New("the subject's key was destroyed")
	// ErrTampered: the sealed bytes are not what was sealed for this book, subject and label.
	ErrTampered = errors.New("the sealed data does not authenticate")
	// ErrNoKey: nothing was ever sealed for the subject.
	ErrNoKey = errors.New("the subject has no key")
	// ErrUnknownMaster: a key is wrapped by a master key that the vault was not given.
	ErrUnknownMaster = errors.New("wrapped by a master key that was not given")
	// ErrNoSubject: the identifier of the subject, the candidate or the owner is all zeros.
	ErrNoSubject = errors.New("no subject was named")
)

// Vault seals and opens personal data. It is safe for concurrent use.
type Vault struct {
	pool  *pgxpool.Pool
	keys  keyring
	cache *keyCache
}

// New makes a vault on a database that has the Migrations. New keys are wrapped under current; keys
// wrapped under one of others are still opened.
func New(pool *pgxpool.Pool, current Master, others ...Master) *Vault {
	return &Vault{pool: pool, keys: newKeyring(current, others), cache: newKeyCache(cacheSize, KeyLife)}
}

// Check says whether the master keys of this vault open the book's own key, which is made where it
// is not there yet. Called at the start of a process it finds a wrong master key before any work is
// done. Errors: ErrUnknownMaster, ErrTampered, or the database's.
func (v *Vault) Check(ctx context.Context, book eventstore.Book) error {
	_, err := v.bookKey(ctx, book)
	return err
}

// Seal is the plain bytes sealed for a subject under a label, such as an event's type or the name of
// a field. It makes the subject's key where there is none. Errors: ErrErased, ErrNoSubject,
// ErrUnknownMaster, ErrTampered for a damaged key, or the database's.
func (v *Vault) Seal(ctx context.Context, book eventstore.Book, subject uuid.UUID, label string, plain []byte) ([]byte, error) {
	if subject == uuid.Nil {
		return nil, ErrNoSubject
	}
	key, err := v.obtain(ctx, book, subject)
	if err != nil {
		return nil, err
	}
	return seal(key, book, subject, label, plain), nil
}

// Open is the plain bytes of what Seal answered for the same book, subject and label; never nil
// without an error. Errors: ErrErased, ErrTampered, ErrNoKey, ErrNoSubject, ErrUnknownMaster, or the
// database's.
func (v *Vault) Open(ctx context.Context, book eventstore.Book, subject uuid.UUID, label string, sealed []byte) ([]byte, error) {
	if subject == uuid.Nil {
		return nil, ErrNoSubject
	}
	key, err := v.load(ctx, book, subject)
	if err != nil {
		return nil, err
	}
	plain, err := open(key, book, subject, label, sealed)
	if err != nil {
		return nil, fmt.Errorf("open %q of subject %s in book %d: %w", label, subject, book, err)
	}
	return plain, nil
}
