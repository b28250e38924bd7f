package pgstore

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"loanledger/eventstore"
	"loanledger/eventstore/tree"
)

// Prove is the proof that an event is in a book: under the first checkpoint that was stored over its
// position, which is signed now where there is none, so that the proof of an event is always the same;
// or under the checkpoint of a size, where that is not 0. The proof does not have the event's data,
// which is answered beside it. Errors: tree.ErrBeyond, tree.ErrUncovered, tree.ErrNoCheckpoint,
// ErrBroken where the log is not what was signed, and those of Latest.
func (n *Notary) Prove(ctx context.Context, book eventstore.Book, position eventstore.Position, size int64) (tree.Proof, []byte, error) {
	c, err := n.checkpointFor(ctx, book, position, size)
	if err != nil {
		return tree.Proof{}, nil, err
	}
	events, err := n.store.ReadBook(ctx, book, position-1, 1)
	if err == nil {
		err = contiguous(book, position-1, events)
	}
	if err != nil {
		return tree.Proof{}, nil, err
	}
	g, err := n.store.grow(ctx, book, c.Size)
	if err != nil {
		return tree.Proof{}, nil, err
	}
	p, err := tree.Prove(tree.LeafOf(&events[0]), c.Note, g.hashes(ctx))
	if err != nil {
		return p, nil, fmt.Errorf("prove position %d of book %d: %w", position, book, err)
	}
	if err := tlog.CheckRecord(p.Path, c.Size, c.Root, int64(position)-1, p.Leaf.Hash()); err != nil {
		return p, nil, fmt.Errorf("%w: book %d, position %d: the event is not in the tree of checkpoint %d", ErrBroken, book, position, c.Number)
	}
	return p, events[0].Data, nil
}

func (n *Notary) checkpointFor(ctx context.Context, book eventstore.Book, position eventstore.Position, size int64) (tree.Checkpoint, error) {
	if position < 1 || size != 0 && int64(position) > size {
		return tree.Checkpoint{}, fmt.Errorf("position %d in a log of %d: %w", position, size, tree.ErrBeyond)
	}
	if size == 0 {
		return n.Covering(ctx, book, position)
	}
	c, err := n.store.CoveringCheckpoint(ctx, book, eventstore.Position(size))
	if err == nil && c.Size != size {
		err = fmt.Errorf("size %d: %w", size, tree.ErrNoCheckpoint)
	}
	return c, err
}

// Consistency is the proof that the log of one size is the beginning of the log of another; 0 is the
// size of the latest checkpoint. Errors: tree.ErrBeyond, and those of Latest.
func (n *Notary) Consistency(ctx context.Context, book eventstore.Book, from, to int64) (tree.Consistency, error) {
	if to == 0 {
		latest, err := n.Latest(ctx, book)
		if err != nil {
			return tree.Consistency{}, err
		}
		to = latest.Size
	}
	if from < 1 || from > to {
		return tree.Consistency{}, fmt.Errorf("from size %d to %d: %w", from, to, tree.ErrBeyond)
	}
	if _, err := n.Covering(ctx, book, eventstore.Position(to)); err != nil {
		return tree.Consistency{}, err
	}
	g, err := n.store.grow(ctx, book, to)
	if err != nil {
		return tree.Consistency{}, err
	}
	return tree.ProveConsistency(from, to, g.hashes(ctx))
}
