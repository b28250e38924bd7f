package pgstore

import (
	"context"
	"errors"
	"fmt"
	"math"

	"loanledger/eventstore/tree"
)

// checkpointsPerPage bounds how many checkpoints are in memory at once.
const checkpointsPerPage = 1000

// load has the next checkpoints at hand.
func (w *treeWalk) load(ctx context.Context) error {
	if len(w.waiting) > 0 || w.before.Number >= w.last {
		return nil
	}
	page, err := w.store.CheckpointsAfter(ctx, w.book, w.before.Number, checkpointsPerPage)
	if err != nil {
		return err
	}
	for len(page) > 0 && page[len(page)-1].Number > w.last { // signed since the check began
		page = page[:len(page)-1]
	}
	if len(page) == 0 {
		return w.wrongCheckpoint(w.before.Number+1, "it is missing")
	}
	w.waiting = page
	return nil
}

// nextStop is the size of the next head to be looked at.
func (w *treeWalk) nextStop(ctx context.Context) (int64, error) {
	if err := w.load(ctx); err != nil {
		return 0, err
	}
	stop := int64(math.MaxInt64)
	if len(w.waiting) > 0 {
		c := &w.waiting[0]
		if c.Size <= w.edge.Size() {
			return 0, w.wrongCheckpoint(c.Number, "it is over %d events, fewer than the one before", c.Size)
		}
		stop = c.Size
	}
	for _, k := range w.kept {
		if k.Size > w.edge.Size() {
			stop = min(stop, k.Size)
		}
	}
	return stop, nil
}

func (w *treeWalk) wrongCheckpoint(number int64, what string, args ...any) error {
	return fmt.Errorf("%w: book %d, checkpoint %d: %s", ErrBroken, w.book, number, fmt.Sprintf(what, args...))
}

// heads looks at every head of the size that the tree has now.
func (w *treeWalk) heads(ctx context.Context) error {
	for w.before.Number < w.last {
		if err := w.load(ctx); err != nil {
			return err
		}
		if w.waiting[0].Size != w.edge.Size() {
			break
		}
		if err := w.checkpoint(ctx, w.waiting[0]); err != nil {
			return err
		}
		w.before, w.waiting = w.waiting[0], w.waiting[1:]
		w.done.Checkpoints++
	}
	for _, k := range w.kept {
		switch {
		case k.Size != w.edge.Size():
		case k.Origin != w.origin:
			return fmt.Errorf("%w: book %d: the checkpoint that was kept is of %s, not of %s", ErrBroken, w.book, k.Origin, w.origin)
		case k.Root != w.edge.Root():
			return w.notSigned(ctx, "the checkpoint that was kept")
		default:
			w.done.Kept++
		}
	}
	return nil
}

// checkpoint checks a checkpoint over the events so far.
func (w *treeWalk) checkpoint(ctx context.Context, c tree.Checkpoint) error {
	if c.Number != w.before.Number+1 {
		return w.wrongCheckpoint(w.before.Number+1, "it is missing")
	}
	said, _, err := tree.OpenCheckpoint(c.Note, w.Keys)
	if err != nil {
		return fmt.Errorf("%w: book %d, checkpoint %d: over %d events: %w", ErrBroken, w.book, c.Number, c.Size, err)
	}
	if said.Origin != w.origin || said.Size != c.Size || said.Root != c.Root {
		return w.wrongCheckpoint(c.Number, "its row says other than what was signed, which is %d events of %s", said.Size, said.Origin)
	}
	if said.Root != w.edge.Root() {
		return w.notSigned(ctx, fmt.Sprintf("checkpoint %d", c.Number))
	}
	if w.doubt > 0 {
		return brokenAt(w.book, w.doubt, "its hash was changed in the tree; the event is the one that checkpoint %d was signed over", c.Number)
	}
	return nil
}

// notSigned says which events are not those that a head was signed over.
func (w *treeWalk) notSigned(ctx context.Context, head string) error {
	if w.doubt == 0 {
		if err := w.doubtLast(ctx); err != nil {
			return err
		}
	}
	if w.doubt > 0 {
		return brokenAt(w.book, w.doubt, "the event was changed: it is neither the one in the tree nor the one that %s was signed over", head)
	}
	return brokenAt(w.book, w.before.Size+1, "this event or one up to position %d is not the one that %s was signed over", w.edge.Size(), head)
}

// doubtLast compares the events behind the last full tile with the next tile, where that is stored.
func (w *treeWalk) doubtLast(ctx context.Context) error {
	number := tree.FullTiles(0, w.edge.Size())
	if number >= tree.FullTiles(0, w.built) {
		return nil
	}
	stored, err := w.store.tile(ctx, w.book, tileID{0, number})
	if errors.Is(err, errNoTile) {
		return nil // of two things that are wrong, the head is the worse one
	}
	if err != nil {
		return err
	}
	for i, h := range w.edge.Leaves() {
		if stored.Hashes[i] != h {
			w.doubt = number*tree.TileWidth + int64(i) + 1
			break
		}
	}
	return nil
}
