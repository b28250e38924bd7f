package pgstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/tree"
)

// Notary builds the trees of books and signs their heads. It is safe for concurrent use. Any number of
// processes may have one: each tree is built by the process that holds its cursor, and whoever needs a
// checkpoint signs it, which the numbers of the checkpoints keep in one line.
type Notary struct {
	store   *Store
	keys    KeySealer
	trouble func(eventstore.Book, error)

	mu    sync.Mutex
	turns map[eventstore.Book]chan struct{}
}

// signEvery is how often a growing book is signed unless somebody needs a checkpoint at once.
const signEvery = 5 * time.Second

// retryTreeAfter is the pause after trouble with a tree.
const retryTreeAfter = time.Second

// NewNotary is a notary whose private keys a sealer keeps. It hears of trouble, after which it tries
// again.
func NewNotary(store *Store, keys KeySealer, trouble func(eventstore.Book, error)) *Notary {
	return &Notary{store: store, keys: keys, trouble: trouble, turns: map[eventstore.Book]chan struct{}{}}
}

// Run builds the tree of a book and signs it now and then, whenever this process holds its cursor, until
// the context ends. It answers nil then.
func (n *Notary) Run(ctx context.Context, book eventstore.Book) error {
	for ctx.Err() == nil {
		if err := n.hold(ctx, book); err != nil && ctx.Err() == nil {
			n.trouble(book, err)
			_ = sleep(ctx, retryTreeAfter)
		}
	}
	return nil
}

// hold builds and signs as long as the cursor is held.
func (n *Notary) hold(ctx context.Context, book eventstore.Book) error {
	if _, err := n.keyInUse(ctx, book); err != nil {
		return err
	}
	cursor, err := n.store.OpenCursor(ctx, TreeCursor, book)
	if err != nil {
		return err
	}
	defer cursor.Close()
	held, release := cursor.Held(ctx)
	defer release()
	held, stop := context.WithCancelCause(held)
	defer stop(nil)
	var signing sync.WaitGroup
	signing.Go(func() { stop(n.signRegularly(held, book)) })
	err = n.store.growTree(held, cursor)
	stop(err)
	signing.Wait()
	return context.Cause(held)
}

func (n *Notary) signRegularly(ctx context.Context, book eventstore.Book) error {
	for {
		last, err := n.store.LastCheckpoint(ctx, book)
		if err == nil {
			err = n.store.Wait(ctx, book, eventstore.Position(last.Size))
		}
		if err == nil {
			_, err = n.sign(ctx, book, 0)
		}
		if err == nil {
			err = sleep(ctx, signEvery)
		}
		if err != nil {
			return err
		}
	}
}

// Latest is a checkpoint over all events that the book has now, signed now where there is none.
// Errors: tree.ErrUncovered when the context ends first, tree.ErrBeyond for a book without events,
// ErrBroken, the sealer's, or the database's.
func (n *Notary) Latest(ctx context.Context, book eventstore.Book) (tree.Checkpoint, error) {
	head, err := n.store.Head(ctx, book)
	if err != nil {
		return tree.Checkpoint{}, err
	}
	last, err := n.store.LastCheckpoint(ctx, book)
	if err != nil || last.Size > 0 && last.Size >= int64(head.Position) {
		return last, err
	}
	return n.Covering(ctx, book, max(head.Position, 1))
}

// Covering is the first checkpoint that was stored over a position, signed now where there is none.
// Errors: those of Latest.
func (n *Notary) Covering(ctx context.Context, book eventstore.Book, position eventstore.Position) (tree.Checkpoint, error) {
	for {
		c, err := n.store.CoveringCheckpoint(ctx, book, position)
		if err != nil || c.Size > 0 {
			return c, uncovered(ctx, err)
		}
		signed, err := n.sign(ctx, book, position)
		if err != nil {
			return c, uncovered(ctx, err)
		}
		if signed.Size < int64(position) { // the builder is far behind
			if err := sleep(ctx, retryTreeAfter/20); err != nil {
				return c, uncovered(ctx, err)
			}
		}
	}
}

// uncovered says that the time was over before there was a checkpoint.
func uncovered(ctx context.Context, err error) error {
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", tree.ErrUncovered, err)
	}
	return err
}

// sign signs the log as far as it goes, and answers the last checkpoint. It signs nothing where the
// last one covers everything, or a position that is asked for.
func (n *Notary) sign(ctx context.Context, book eventstore.Book, position eventstore.Position) (tree.Checkpoint, error) {
	release, err := n.turn(ctx, book)
	if err != nil {
		return tree.Checkpoint{}, err
	}
	defer release()
	for {
		last, g, err := n.extended(ctx, book, position)
		if err != nil || g == nil {
			return last, err
		}
		key, err := n.keyInUse(ctx, book) // read after the last checkpoint: a handover in between takes its number
		if err != nil {
			return last, err
		}
		next, err := n.following(last, g, key)
		if err != nil {
			return last, err
		}
		added, err := n.store.addCheckpoint(ctx, n.store.pool, next)
		if err != nil || added {
			return next, err
		}
	}
}

// extended is the last checkpoint, and the tree that it is to be extended to; no tree where the last
// one will do. A log that does not extend what was signed before is never signed: ErrBroken.
func (n *Notary) extended(ctx context.Context, book eventstore.Book, position eventstore.Position) (tree.Checkpoint, *grown, error) {
	last, err := n.store.LastCheckpoint(ctx, book)
	if err != nil || position > 0 && last.Size >= int64(position) {
		return last, nil, err
	}
	head, err := n.store.Head(ctx, book)
	if err != nil {
		return last, nil, err
	}
	if head.Position < max(position, 1) {
		return last, nil, fmt.Errorf("book %d ends at %d: %w", book, head.Position, tree.ErrBeyond)
	}
	if int64(head.Position) == last.Size {
		return last, nil, nil
	}
	g, err := n.store.grow(ctx, book, int64(head.Position))
	if err != nil {
		return last, nil, err
	}
	if err := g.agree(ctx, last); err != nil {
		return last, nil, err
	}
	if g.Size() == last.Size {
		return last, nil, nil
	}
	return last, g, nil
}

// following is the checkpoint after the last one, signed with keys.
func (n *Notary) following(last tree.Checkpoint, g *grown, keys ...pair) (tree.Checkpoint, error) {
	next := tree.Checkpoint{
		Head: tree.Head{Origin: keys[0].signer.Name(), Size: g.Size(), Root: g.Root()},
		Book: g.book, Number: last.Number + 1, SignedAt: n.store.now(),
	}
	var err error
	next.Note, err = next.Sign(signers(keys)...)
	return next, err
}

// turn lets one signing of a book at a time go on in this process.
func (n *Notary) turn(ctx context.Context, book eventstore.Book) (release func(), err error) {
	n.mu.Lock()
	turn := n.turns[book]
	if turn == nil {
		turn = make(chan struct{}, 1)
		n.turns[book] = turn
	}
	n.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
