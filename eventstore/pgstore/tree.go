package pgstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"loanledger/eventstore"
	"loanledger/eventstore/tree"
)

// TreeCursor is the name of the cursor that builds the trees.
const TreeCursor = "tree"

const (
	// growTiles is how many tiles are built from one read at most.
	growTiles = 32
	// growEvery is how often a tree that has caught up is looked after. Under load many tiles come
	// together then, which costs the appenders less than a transaction for each.
	growEvery = 100 * time.Millisecond
)

// growTree stores the full tiles of a book's tree as events fill them, until the context or the hold
// on the cursor ends. A tile and the cursor are saved in one transaction, so that of two holders only
// the one that has the cursor adds to the tree.
func (s *Store) growTree(ctx context.Context, cursor *Cursor) error {
	book := cursor.book
	edge, err := s.storedEdge(ctx, book)
	if err != nil {
		return err
	}
	fresh := newFreshHashes(freshEvents)
	t := s.tail(book)
	t.fresh.Store(fresh)
	defer t.fresh.CompareAndSwap(fresh, nil)
	var hashes []tlog.Hash
	for {
		after := eventstore.Position(edge.Size())
		if err := s.Wait(ctx, book, after+tree.TileWidth-1); err != nil { // nothing to do before a tile is full
			return err
		}
		head, err := s.Head(ctx, book)
		if err != nil {
			return err
		}
		more := min(int64(head.Position-after)/tree.TileWidth, growTiles) * tree.TileWidth
		hashes = fresh.appendAfter(hashes[:0], after, after+eventstore.Position(more))
		if known := int64(len(hashes)) / tree.TileWidth * tree.TileWidth; known > 0 {
			hashes, more = hashes[:known], known
		} else if hashes, err = s.appendLeaves(ctx, hashes[:0], book, after, after+eventstore.Position(more)); err != nil {
			return err
		}
		var tiles []tree.Tile
		edge.Append(hashes, func(t tree.Tile) { tiles = append(tiles, t) })
		if err := s.addTiles(ctx, cursor, tiles, eventstore.Position(edge.Size())); err != nil {
			return fmt.Errorf("tree of book %d: %w", book, err)
		}
		if more < growTiles*tree.TileWidth {
			if err := sleep(ctx, growEvery); err != nil {
				return err
			}
		}
	}
}

// contiguous refuses events that do not follow a position one by one.
func contiguous(book eventstore.Book, after eventstore.Position, events []eventstore.Event) error {
	for i := range events {
		if after++; events[i].Position != after {
			return fmt.Errorf("%w: book %d, position %d: the event is missing", ErrBroken, book, after)
		}
	}
	if len(events) == 0 {
		return fmt.Errorf("%w: book %d, position %d: the event is missing", ErrBroken, book, after+1)
	}
	return nil
}

func (s *Store) addTiles(ctx context.Context, cursor *Cursor, tiles []tree.Tile, position eventstore.Position) error {
	levels, numbers := make([]int16, len(tiles)), make([]int64, len(tiles))
	roots, hashes := make([][]byte, len(tiles)), make([][]byte, len(tiles))
	for i := range tiles {
		t := &tiles[i]
		levels[i], numbers[i], roots[i] = int16(t.Level), t.Number, t.Root[:]
		packed := make([]byte, 0, len(t.Hashes)*tlog.HashSize)
		for _, h := range t.Hashes {
			packed = append(packed, h[:]...)
		}
		hashes[i] = packed
	}
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := cursor.Save(ctx, tx, position); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO ledger.tree_tiles (book, level, number, root, hashes)
			SELECT $1, * FROM unnest($2::smallint[], $3::bigint[], $4::bytea[], $5::bytea[])`, int32(cursor.book), levels, numbers, roots, hashes)
		return err
	})
}

// storedEdge is the edge of the tree behind the last tile that is stored.
func (s *Store) storedEdge(ctx context.Context, book eventstore.Book) (*tree.Edge, error) {
	var tiles int64
	err := s.pool.QueryRow(ctx, `SELECT coalesce(max(number) + 1, 0) FROM ledger.tree_tiles WHERE book = $1 AND level = 0`, int32(book)).Scan(&tiles)
	if err != nil {
		return nil, fmt.Errorf("tree of book %d: %w", book, err)
	}
	edge, err := tree.OpenEdge(tiles*tree.TileWidth, func(level int, from, to int64) ([]tlog.Hash, error) {
		rows, err := s.pool.Query(ctx, `SELECT root FROM ledger.tree_tiles
			WHERE book = $1 AND level = $2 AND number >= $3 AND number < $4 ORDER BY number`, int32(book), int16(level), from, to)
		if err != nil {
			return nil, err
		}
		return pgx.CollectRows(rows, func(row pgx.CollectableRow) (h tlog.Hash, err error) {
			var root []byte
			err = row.Scan(&root)
			copy(h[:], root)
			return h, err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("tree of book %d: %w", book, err)
	}
	return edge, nil
}

// grown is the tree of a book up to a moment: what is stored, and what is computed from the events
// behind it.
type grown struct {
	*tree.Edge
	store *Store
	book  eventstore.Book
	tiles map[tileID][]tlog.Hash // computed, or read before
}

type tileID struct {
	level  int
	number int64
}

// maxTail bounds the events that are hashed beyond the stored tiles. A builder that is behind further
// is waited for.
const maxTail = 64 * tree.TileWidth

// grow is the tree of a book with at least so many leaves, which the log has to have; it has not many
// more, and fewer where the builder is far behind.
func (s *Store) grow(ctx context.Context, book eventstore.Book, size int64) (*grown, error) {
	edge, err := s.storedEdge(ctx, book)
	if err != nil {
		return nil, err
	}
	g := &grown{Edge: edge, store: s, book: book, tiles: map[tileID][]tlog.Hash{}}
	missing := min(size-edge.Size(), maxTail)
	if missing <= 0 {
		return g, nil
	}
	after := eventstore.Position(edge.Size())
	leaves, err := s.appendLeaves(ctx, nil, book, after, after+eventstore.Position(missing))
	if err != nil {
		return nil, err
	}
	g.Append(leaves, func(t tree.Tile) { g.tiles[tileID{t.Level, t.Number}] = t.Hashes })
	return g, nil
}

// hashes reads the hashes of the tree.
func (g *grown) hashes(ctx context.Context) tlog.HashReader {
	return g.Hashes(func(level int, number int64) ([]tlog.Hash, error) {
		id := tileID{level, number}
		if known := g.tiles[id]; known != nil {
			return known, nil
		}
		t, err := g.store.tile(ctx, g.book, id)
		g.tiles[id] = t.Hashes
		return t.Hashes, err
	})
}

// errNoTile: a tile that the tree has had is not there.
var errNoTile = errors.New("the tile is missing")

// tile reads a stored tile. Errors: errNoTile.
func (s *Store) tile(ctx context.Context, book eventstore.Book, id tileID) (tree.Tile, error) {
	var root, packed []byte
	err := s.pool.QueryRow(ctx, `SELECT root, hashes FROM ledger.tree_tiles WHERE book = $1 AND level = $2 AND number = $3`,
		int32(book), int16(id.level), id.number).Scan(&root, &packed)
	if errors.Is(err, pgx.ErrNoRows) {
		err = errNoTile
	}
	if err != nil {
		return tree.Tile{}, fmt.Errorf("tile %d of level %d of book %d: %w", id.number, id.level, book, err)
	}
	t := tree.Tile{Level: id.level, Number: id.number, Hashes: make([]tlog.Hash, len(packed)/tlog.HashSize)}
	copy(t.Root[:], root)
	for i := range t.Hashes {
		copy(t.Hashes[i][:], packed[i*tlog.HashSize:])
	}
	return t, nil
}
