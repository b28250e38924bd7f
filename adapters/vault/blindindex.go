package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"loanledger/eventstore"
)

// ErrNoValue: a value to claim or find has nothing left after it was normalised, or its kind is
// empty. An index of nothings would make one person of many.
var ErrNoValue = errors.New("nothing to look up by")

// KindEmail is the one kind whose values are normalised in a way of their own.
const KindEmail = "email"

// Claim says that a value, such as a document number or a telephone, is the candidate's, and answers
// who owns it: the candidate, or whoever claimed it first. Claims of the same value in a book by any
// number of processes all get the same owner. A claim is not undone when the work it was made for
// fails, so an owner may have no history yet; the candidate then takes the owner's identifier.
//
// Only a keyed hash of the value is kept. Values are compared without spaces, dashes and case;
// those of KindEmail without white space around them and case. Rules of a country, such as a leading
// 8 for +7, are for the caller. Errors: ErrNoValue, ErrNoSubject, those of Check.
func (v *Vault) Claim(ctx context.Context, book eventstore.Book, kind, value string, candidate uuid.UUID) (owner uuid.UUID, err error) {
	if candidate == uuid.Nil {
		return uuid.Nil, ErrNoSubject
	}
	hash, err := v.blindHash(ctx, book, kind, value)
	if err != nil {
		return uuid.Nil, err
	}
	const statement = `
		WITH made AS (
			INSERT INTO ledger.blind_index (book, kind, hash, owner) VALUES ($1, $2, $3, $4)
			ON CONFLICT (book, kind, hash) DO NOTHING
			RETURNING owner
		)
		SELECT owner FROM made
		UNION ALL
		SELECT owner FROM ledger.blind_index WHERE book = $1 AND kind = $2 AND hash = $3`
	for {
		// No row at all: another process committed the same claim since this statement began.
		err = v.pool.QueryRow(ctx, statement, int32(book), kind, hash, candidate).Scan(&owner)
		if err == nil {
			return owner, nil
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return uuid.Nil, fmt.Errorf("claim a %s in book %d: %w", kind, book, err)
		}
	}
}

// Find is the owner of a value, if anyone has claimed it. Errors: ErrNoValue, those of Check.
func (v *Vault) Find(ctx context.Context, book eventstore.Book, kind, value string) (owner uuid.UUID, found bool, err error) {
	hash, err := v.blindHash(ctx, book, kind, value)
	if err != nil {
		return uuid.Nil, false, err
	}
	err = v.pool.QueryRow(ctx, `SELECT owner FROM ledger.blind_index WHERE book = $1 AND kind = $2 AND hash = $3`,
		int32(book), kind, hash).Scan(&owner)
	if errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, false, nil
	}
	if err != nil {
		return uuid.Nil, false, fmt.Errorf("find a %s in book %d: %w", kind, book, err)
	}
	return owner, true, nil
}

// Forget takes every value of an owner out of the index. Others may claim them afterwards.
func (v *Vault) Forget(ctx context.Context, book eventstore.Book, owner uuid.UUID) error {
	_, err := v.pool.Exec(ctx, `DELETE FROM ledger.blind_index WHERE book = $1 AND owner = $2`, int32(book), owner)
	if err != nil {
		return fmt.Errorf("forget the look-ups of %s in book %d: %w", owner, book, err)
	}
	return nil
}

// Blind is the hash under which a value is looked up. It tells nobody without the key of the book what
// the value is. Errors: ErrNoValue, those of Check.
func (v *Vault) Blind(ctx context.Context, book eventstore.Book, kind, value string) ([]byte, error) {
	return v.blindHash(ctx, book, kind, value)
}

// blindHash is the HMAC-SHA256 of kind and value under a key of the book.
func (v *Vault) blindHash(ctx context.Context, book eventstore.Book, kind, value string) ([]byte, error) {
	value = normalised(kind, value)
	if kind == "" || value == "" {
		return nil, ErrNoValue
	}
	key, err := v.bookKey(ctx, book)
	if err != nil {
		return nil, err
	}
	h := hmac.New(sha256.New, derive(key.raw[:], "blind index", keySize))
	var length [8]byte
	binary.BigEndian.PutUint64(length[:], uint64(len(kind)))
	h.Write(length[:])
	h.Write([]byte(kind))
	h.Write([]byte(value))
	return h.Sum(nil), nil
}

// normalised is a value as it is compared. What cannot be seen is left out, such as the marks that
// come along when a number is copied from a page.
func normalised(kind, value string) string {
	if kind == KindEmail {
		return strings.ToLower(strings.TrimFunc(value, invisible))
	}
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if invisible(r) || unicode.Is(unicode.Pd, r) || r == '\u2212' { // U+2212 is the minus sign
			return -1
		}
		return r
	}, value))
}

func invisible(r rune) bool {
	return unicode.IsSpace(r) || unicode.In(r, unicode.Z, unicode.Cc, unicode.Cf)
}
