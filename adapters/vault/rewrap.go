package vault

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"loanledger/eventstore"
)

// rewrapBatch is how many keys one transaction re-wraps, so that rows are locked briefly.
const rewrapBatch = 500

// Rewrap wraps every key of a book that another master key wraps under the current one, and answers
// how many there were. It may be interrupted and called again, and other processes may work
// meanwhile; a process that still has another current key may add to the work, so it is called until
// it answers 0. Errors: ErrUnknownMaster, ErrTampered, or the database's.
func (v *Vault) Rewrap(ctx context.Context, book eventstore.Book) (int, error) {
	var after *uuid.UUID
	done := 0
	for {
		var subjects []uuid.UUID
		err := pgx.BeginFunc(ctx, v.pool, func(tx pgx.Tx) (err error) {
			subjects, err = v.rewrapSome(ctx, tx, book, after)
			return err
		})
		if err != nil {
			return done, fmt.Errorf("re-wrap the keys of book %d: %w", book, err)
		}
		if len(subjects) == 0 {
			return done, nil
		}
		done += len(subjects)
		after = &subjects[len(subjects)-1]
	}
}

// rewrapSome re-wraps one batch of keys and answers whose they are. The rows are locked against a
// Destroy, which would otherwise be undone.
func (v *Vault) rewrapSome(ctx context.Context, tx pgx.Tx, book eventstore.Book, after *uuid.UUID) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, `
		SELECT subject, key_id, wrapped FROM ledger.subject_keys
		WHERE book = $1 AND ($2::uuid IS NULL OR subject > $2) AND key_id <> $3
		ORDER BY subject LIMIT $4 FOR UPDATE`, int32(book), after, v.keys.currentID, rewrapBatch)
	if err != nil {
		return nil, err
	}
	var subjects []uuid.UUID
	var wrapped [][]byte
	var subject uuid.UUID
	var keyID string
	var old []byte
	_, err = pgx.ForEachRow(rows, []any{&subject, &keyID, &old}, func() error {
		raw, err := v.keys.unwrap(book, subject, keyID, old)
		if err != nil {
			return err
		}
		_, again := v.keys.wrap(book, subject, raw)
		subjects, wrapped = append(subjects, subject), append(wrapped, again)
		return nil
	})
	if err != nil || len(subjects) == 0 {
		return nil, err
	}
	_, err = tx.Exec(ctx, `
		UPDATE ledger.subject_keys k SET key_id = $2, wrapped = n.wrapped
		FROM unnest($3::uuid[], $4::bytea[]) AS n (subject, wrapped)
		WHERE k.book = $1 AND k.subject = n.subject`, int32(book), v.keys.currentID, subjects, wrapped)
	return subjects, err
}
