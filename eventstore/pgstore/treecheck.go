package pgstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"loanledger/eventstore"
	"loanledger/eventstore/tree"
)

// TreeCheck says how CheckTree checks.
type TreeCheck struct {
	// Keys sign the checkpoints of the book; nil is the keys that stand in the database, which whoever
	// can write there could have replaced.
	Keys note.Verifiers
	// Kept is heads of the book that others have kept, from checkpoints that they have opened.
	Kept []tree.Head
	// Read reads the events of the book in order, at most so many after a position; nil is ReadBook.
	Read func(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Event, error)
}

// TreeChecked is how much CheckTree has looked at.
type TreeChecked struct {
	Events      int64 // hashed as leaves
	Tiles       int64 // compared with the stored ones
	Checkpoints int64 // whose signature and root are right
	Kept        int64 // heads kept by others that the log extends
}

// CheckTree reads a whole book and compares its events with the tree that was built and with every
// checkpoint that was signed. Whoever changes an event, and all that the database says of it, cannot
// sign the checkpoints again. Errors: ErrBroken, with the position or the checkpoint; the context's,
// or the database's. The service may run meanwhile.
func (s *Store) CheckTree(ctx context.Context, book eventstore.Book, o TreeCheck) (TreeChecked, error) {
	w := &treeWalk{store: s, book: book, TreeCheck: o}
	if w.Read == nil {
		w.Read = func(ctx context.Context, after eventstore.Position, limit int) ([]eventstore.Event, error) {
			return s.ReadBook(ctx, book, after, limit)
		}
	}
	if err := w.begin(ctx); err != nil {
		return w.done, err
	}
	for w.edge.Size() < w.end {
		at := eventstore.Position(w.edge.Size())
		events, err := w.Read(ctx, at, int(min(growTiles*tree.TileWidth, w.end-w.edge.Size())))
		if err == nil {
			err = contiguous(book, at, events)
		}
		if err == nil {
			err = w.add(ctx, events)
		}
		if err != nil {
			return w.done, err
		}
	}
	return w.done, w.finish()
}

// treeWalk is a book's tree being computed from its events, beside what is stored.
type treeWalk struct {
	TreeCheck
	store  *Store
	book   eventstore.Book
	origin string
	edge   tree.Edge
	end    int64 // of the log, when the check began
	built  int64 // leaves in stored tiles, when the check began

	last    int64 // number of the last checkpoint to be checked
	before  tree.Checkpoint
	waiting []tree.Checkpoint
	kept    []tree.Head // not looked at yet

	// doubt is the first position whose hash in the tree is not that of its event; 0 where there is
	// none. The next checkpoint tells which of the two is wrong.
	doubt int64
	done  TreeChecked
}

func brokenAt(book eventstore.Book, position int64, what string, args ...any) error {
	return fmt.Errorf("%w: book %d, position %d: %s", ErrBroken, book, position, fmt.Sprintf(what, args...))
}

// begin reads how far everything goes: first what hangs on the log, and the log's end last, which
// may only grow in between.
func (w *treeWalk) begin(ctx context.Context) error {
	lender, err := w.store.lenderOf(ctx, w.book)
	if err != nil && !errors.Is(err, ErrUnregistered) {
		return err
	}
	w.origin = tree.Origin(lender, w.book)
	last, err := w.store.LastCheckpoint(ctx, w.book)
	if err != nil {
		return err
	}
	w.last = last.Number
	if w.Keys == nil && w.last > 0 {
		if w.Keys, err = w.store.verifiers(ctx, w.book); err != nil {
			return err
		}
	}
	highest, err := w.tiles(ctx)
	if err != nil {
		return err
	}
	head, err := w.store.Head(ctx, w.book)
	if err != nil {
		return err
	}
	w.end, w.kept = int64(head.Position), w.Kept
	if last.Size > w.end {
		return brokenAt(w.book, w.end+1, "the log ends before it, and checkpoint %d was signed over %d events", last.Number, last.Size)
	}
	for _, k := range w.kept {
		if k.Size > w.end {
			return brokenAt(w.book, w.end+1, "the log ends before it, and the checkpoint that was kept is over %d events", k.Size)
		}
	}
	for level, count := range highest {
		if full := tree.FullTiles(level, w.end); count > full {
			return brokenAt(w.book, w.end+1, "the log ends before it, and the tree has %d full tiles of level %d, which are of more events", count, level)
		}
	}
	return nil
}

// tiles reads how far the stored tiles go at each level, and what must be stored: as much as the
// highest tile and the cursor say.
func (w *treeWalk) tiles(ctx context.Context) (highest map[int]int64, err error) {
	rows, err := w.store.pool.Query(ctx, `SELECT level, max(number) + 1 FROM ledger.tree_tiles WHERE book = $1 GROUP BY level`, int32(w.book))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	highest = map[int]int64{}
	for rows.Next() {
		var level int
		var count int64
		if err := rows.Scan(&level, &count); err != nil {
			return nil, err
		}
		highest[level] = count
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	saved, err := w.store.CursorPosition(ctx, TreeCursor, w.book)
	w.built = max(highest[0]*tree.TileWidth, int64(saved))
	return highest, err
}

// verifiers is the keys of a book as the database has them.
func (s *Store) verifiers(ctx context.Context, book eventstore.Book) (note.Verifiers, error) {
	keys, err := s.SigningKeys(ctx, book)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, k := range keys {
		lines = append(lines, k.Public)
	}
	v, err := tree.ParseKeys(strings.Join(lines, "\n"))
	if err != nil {
		return nil, fmt.Errorf("%w: book %d: its public keys: %w", ErrBroken, book, err)
	}
	return v, nil
}

// add goes on with events, and stops at the size of every head on the way.
func (w *treeWalk) add(ctx context.Context, events []eventstore.Event) error {
	leaves := tree.AppendHashes(nil, events)
	for len(leaves) > 0 {
		stop, err := w.nextStop(ctx)
		if err != nil {
			return err
		}
		n := min(int64(len(leaves)), stop-w.edge.Size())
		var full []tree.Tile
		w.edge.Append(leaves[:n], func(t tree.Tile) { full = append(full, t) })
		leaves = leaves[n:]
		w.done.Events += n
		for i := range full {
			if err := w.compare(ctx, &full[i]); err != nil {
				return err
			}
		}
		if err := w.heads(ctx); err != nil {
			return err
		}
	}
	return nil
}

// compare holds a tile against the stored one.
func (w *treeWalk) compare(ctx context.Context, t *tree.Tile) error {
	if t.Number >= tree.FullTiles(t.Level, w.built) {
		return nil // not built when the check began
	}
	span := int64(1) << (8 * t.Level)
	first, last := t.Number*tree.TileWidth*span+1, (t.Number+1)*tree.TileWidth*span
	stored, err := w.store.tile(ctx, w.book, tileID{t.Level, t.Number})
	if errors.Is(err, errNoTile) {
		return brokenAt(w.book, first, "tile %d of level %d, of the positions up to %d, is missing in the tree", t.Number, t.Level, last)
	}
	if err != nil {
		return err
	}
	w.done.Tiles++
	for i, h := range t.Hashes {
		switch {
		case stored.Hashes[i] == h || w.doubt > 0: // a doubtful event changes the tiles above it too
		case t.Level == 0:
			w.doubt = first + int64(i)
		default:
			return brokenAt(w.book, first+int64(i)*span, "tile %d of level %d, of the positions up to %d, was changed in the tree", t.Number, t.Level, last)
		}
	}
	if stored.Root != t.Root && w.doubt == 0 {
		return brokenAt(w.book, first, "the root of tile %d of level %d, of the positions up to %d, was changed in the tree", t.Number, t.Level, last)
	}
	return nil
}

// finish looks at what is left when all events were read.
func (w *treeWalk) finish() error {
	if w.doubt > 0 {
		return brokenAt(w.book, w.doubt, "this event or its hash in the tree was changed; no checkpoint over it tells which")
	}
	if len(w.waiting) > 0 || w.before.Number < w.last {
		return fmt.Errorf("%w: book %d: checkpoint %d is missing, or of more events than the log has", ErrBroken, w.book, w.before.Number+1)
	}
	return nil
}
