package vault

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"loanledger/eventstore"
)

// bookSubject is the subject of a book's own key, which the blind index is keyed by. It is wrapped
// and re-wrapped like the others, so that the index outlives a master key.
var bookSubject = uuid.Nil

// wrappedKey is a row of ledger.subject_keys; both are empty once the key was destroyed.
type wrappedKey struct {
	keyID   *string
	wrapped []byte
}

// obtain is the key of a subject, made where there is none.
func (v *Vault) obtain(ctx context.Context, book eventstore.Book, subject uuid.UUID) (*dataKey, error) {
	at := keyPlace{book, subject}
	if key, ok := v.cache.get(at); ok {
		return key, nil
	}
	ticket := v.cache.ticket()
	var raw [keySize]byte
	rand.Read(raw[:]) // never fails
	keyID, wrapped := v.keys.wrap(book, subject, raw[:])
	row, err := v.insertOrRead(ctx, book, subject, keyID, wrapped)
	if err != nil {
		return nil, fmt.Errorf("key of subject %s in book %d: %w", subject, book, err)
	}
	return v.unwrapped(ticket, at, row)
}

// insertOrRead adds a row, or reads the one that is there. A row that another process commits
// meanwhile stops the insert and is not yet in the statement's snapshot: the next round reads it.
func (v *Vault) insertOrRead(ctx context.Context, book eventstore.Book, subject uuid.UUID, keyID string, wrapped []byte) (wrappedKey, error) {
	const statement = `
		WITH made AS (
			INSERT INTO ledger.subject_keys (book, subject, key_id, wrapped) VALUES ($1, $2, $3, $4)
			ON CONFLICT (book, subject) DO NOTHING
			RETURNING key_id, wrapped
		)
		SELECT key_id, wrapped FROM made
		UNION ALL
		SELECT key_id, wrapped FROM ledger.subject_keys WHERE book = $1 AND subject = $2`
	for {
		var row wrappedKey
		err := v.pool.QueryRow(ctx, statement, int32(book), subject, keyID, wrapped).Scan(&row.keyID, &row.wrapped)
		if !errors.Is(err, pgx.ErrNoRows) {
			return row, err
		}
	}
}

// load is the key of a subject that has one.
func (v *Vault) load(ctx context.Context, book eventstore.Book, subject uuid.UUID) (*dataKey, error) {
	at := keyPlace{book, subject}
	if key, ok := v.cache.get(at); ok {
		return key, nil
	}
	ticket := v.cache.ticket()
	var row wrappedKey
	err := v.pool.QueryRow(ctx, `SELECT key_id, wrapped FROM ledger.subject_keys WHERE book = $1 AND subject = $2`,
		int32(book), subject).Scan(&row.keyID, &row.wrapped)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNoKey
	}
	if err != nil {
		return nil, fmt.Errorf("key of subject %s in book %d: %w", subject, book, err)
	}
	return v.unwrapped(ticket, at, row)
}

func (v *Vault) unwrapped(t ticket, at keyPlace, row wrappedKey) (*dataKey, error) {
	if row.keyID == nil {
		return nil, fmt.Errorf("subject %s in book %d: %w", at.subject, at.book, ErrErased)
	}
	raw, err := v.keys.unwrap(at.book, at.subject, *row.keyID, row.wrapped)
	if err != nil {
		return nil, err
	}
	key := newDataKey(raw)
	v.cache.put(t, at, key)
	return key, nil
}

func (v *Vault) bookKey(ctx context.Context, book eventstore.Book) (*dataKey, error) {
	return v.obtain(ctx, book, bookSubject)
}

// Destroy wipes the key of a subject for ever and refuses one for it from now on, also where there
// was none. Destroying again changes nothing. Another process may read the subject's data for KeyLife
// longer. Copies of the wrapped key remain in the dead rows of the table until the next vacuum, which
// the table asks for early, and in the write-ahead log and backups as long as those are kept. Errors:
// ErrNoSubject, or the database's.
func (v *Vault) Destroy(ctx context.Context, book eventstore.Book, subject uuid.UUID) error {
	if subject == uuid.Nil {
		return ErrNoSubject
	}
	// The cached key goes even when the answer of the database is lost.
	defer v.cache.drop(keyPlace{book, subject})
	_, err := v.pool.Exec(ctx, `
		INSERT INTO ledger.subject_keys AS k (book, subject, destroyed_at) VALUES ($1, $2, now())
		ON CONFLICT (book, subject) DO UPDATE SET key_id = NULL, wrapped = NULL, destroyed_at = now()
		WHERE k.destroyed_at IS NULL`, int32(book), subject)
	if err != nil {
		return fmt.Errorf("destroy the key of subject %s in book %d: %w", subject, book, err)
	}
	return nil
}
