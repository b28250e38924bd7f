package pgstore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/mod/sumdb/note"

	"loanledger/eventstore"
	"loanledger/eventstore/tree"
)

// KeySealer keeps the private keys of books secret.
type KeySealer interface {
	SealSecret(ctx context.Context, book eventstore.Book, label string, plain []byte) ([]byte, error)
	OpenSecret(ctx context.Context, book eventstore.Book, label string, sealed []byte) ([]byte, error)
}

// secretLabel is what the private keys are sealed under.
const secretLabel = "log signing key"

// SigningKey is a public key that signs, or has signed, the checkpoints of a book.
type SigningKey struct {
	Number    int32
	Public    string // as the note package writes it
	SignsFrom int64  // the size of the first checkpoint that it signs; 0 for the first key
	MadeAt    time.Time
	RetiredAt time.Time // zero while it is in use
}

// SigningKeys is the keys of a book, the oldest first.
func (s *Store) SigningKeys(ctx context.Context, book eventstore.Book) ([]SigningKey, error) {
	rows, err := s.pool.Query(ctx, `SELECT number, public, signs_from, made_at, retired_at FROM ledger.signing_keys WHERE book = $1 ORDER BY number`, int32(book))
	if err != nil {
		return nil, fmt.Errorf("keys of book %d: %w", book, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (SigningKey, error) {
		var k SigningKey
		var retired *time.Time
		err := row.Scan(&k.Number, &k.Public, &k.SignsFrom, &k.MadeAt, &retired)
		k.MadeAt = k.MadeAt.UTC()
		if retired != nil {
			k.RetiredAt = retired.UTC()
		}
		return k, err
	})
}

// pair is a private key with the number of its row.
type pair struct {
	number int32
	signer note.Signer
}

// keyInUse is the key that signs now, made where there is none.
func (n *Notary) keyInUse(ctx context.Context, book eventstore.Book) (pair, error) {
	for {
		var number int32
		var sealed []byte
		err := n.store.pool.QueryRow(ctx, `SELECT number, sealed FROM ledger.signing_keys WHERE book = $1 AND retired_at IS NULL`, int32(book)).
			Scan(&number, &sealed)
		if err == nil {
			return n.openKey(ctx, book, number, sealed)
		}
		if !errors.Is(err, pgx.ErrNoRows) {
			return pair{}, fmt.Errorf("key of book %d: %w", book, err)
		}
		first, err := n.makeKey(ctx, book, 1, 0)
		if err == nil {
			err = n.store.addKey(ctx, n.store.pool, book, first)
		}
		if err != nil {
			return pair{}, err
		}
	}
}

func (n *Notary) openKey(ctx context.Context, book eventstore.Book, number int32, sealed []byte) (pair, error) {
	secret, err := n.keys.OpenSecret(ctx, book, secretLabel, sealed)
	if err != nil {
		return pair{}, fmt.Errorf("key %d of book %d: %w", number, book, err)
	}
	signer, err := note.NewSigner(string(secret))
	if err != nil {
		return pair{}, fmt.Errorf("key %d of book %d: %w", number, book, err)
	}
	return pair{number, signer}, nil
}

// newKey is a key that is not stored yet.
type newKey struct {
	pair
	public    string
	sealed    []byte
	signsFrom int64
}

func (n *Notary) makeKey(ctx context.Context, book eventstore.Book, number int32, signsFrom int64) (newKey, error) {
	lender, err := n.store.lenderOf(ctx, book)
	if err != nil {
		return newKey{}, err
	}
	secret, public, err := note.GenerateKey(rand.Reader, tree.Origin(lender, book))
	if err != nil {
		return newKey{}, err
	}
	signer, err := note.NewSigner(secret)
	if err != nil {
		return newKey{}, fmt.Errorf("the log cannot be named %s: %w", tree.Origin(lender, book), err)
	}
	sealed, err := n.keys.SealSecret(ctx, book, secretLabel, []byte(secret))
	return newKey{pair{number, signer}, public, sealed, signsFrom}, err
}

// addKey stores a key. Of several first keys made at the same time one stays.
func (s *Store) addKey(ctx context.Context, to executor, book eventstore.Book, k newKey) error {
	_, err := to.Exec(ctx, `INSERT INTO ledger.signing_keys (book, number, public, sealed, signs_from, made_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`, int32(book), k.number, k.public, k.sealed, k.signsFrom, s.now())
	return err
}

// executor is a pool or a transaction.
type executor interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}
