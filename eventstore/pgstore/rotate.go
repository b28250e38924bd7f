package pgstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/note"

	"loanledger/eventstore"
	"loanledger/eventstore/tree"
)

// errOvertaken: another process signed or rotated first. Nothing was done.
var errOvertaken = errors.New("another process was faster")

// Rotate replaces the key of a book. The old key and the new one sign a checkpoint, the handover, and
// from then on the new one signs alone. It answers the handover. Errors: those of Latest.
func (n *Notary) Rotate(ctx context.Context, book eventstore.Book) (tree.Checkpoint, error) {
	release, err := n.turn(ctx, book)
	if err != nil {
		return tree.Checkpoint{}, err
	}
	defer release()
	for {
		last, err := n.store.LastCheckpoint(ctx, book)
		if err != nil {
			return last, err
		}
		head, err := n.store.Head(ctx, book)
		if err != nil {
			return last, err
		}
		if head.Position == 0 {
			return last, tree.ErrBeyond
		}
		g, err := n.store.grow(ctx, book, int64(head.Position))
		if err == nil {
			err = g.agree(ctx, last)
		}
		if err != nil {
			return last, err
		}
		old, err := n.keyInUse(ctx, book)
		if err != nil {
			return last, err
		}
		handover, err := n.handOver(ctx, last, g, old)
		if !errors.Is(err, errOvertaken) {
			return handover, err
		}
	}
}

// handOver signs with a new key and the old one, stores the new one and retires the old one, all or
// nothing. Errors: errOvertaken.
func (n *Notary) handOver(ctx context.Context, last tree.Checkpoint, g *grown, old pair) (tree.Checkpoint, error) {
	made, err := n.makeKey(ctx, g.book, old.number+1, g.Size())
	if err != nil {
		return last, err
	}
	handover, err := n.following(last, g, old, made.pair)
	if err != nil {
		return last, err
	}
	return handover, pgx.BeginFunc(ctx, n.store.pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE ledger.signing_keys SET retired_at = $3 WHERE book = $1 AND number = $2 AND retired_at IS NULL`,
			int32(g.book), old.number, n.store.now())
		if err == nil && tag.RowsAffected() == 0 {
			err = errOvertaken
		}
		if err == nil {
			err = n.store.addKey(ctx, tx, g.book, made)
		}
		if err != nil {
			return err
		}
		added, err := n.store.addCheckpoint(ctx, tx, handover)
		if err == nil && !added {
			err = errOvertaken
		}
		return err
	})
}

func signers(keys []pair) []note.Signer {
	all := make([]note.Signer, len(keys))
	for i, k := range keys {
		all[i] = k.signer
	}
	return all
}
