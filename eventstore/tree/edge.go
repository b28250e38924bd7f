package tree

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// A tree is kept in tiles of eight levels. Tile n of level 0 has the leaf hashes 256n to 256n+255; an
// entry of a tile of level 1 is the root of a full tile of level 0, and so on.
const (
	tileHeight = 8
	TileWidth  = 1 << tileHeight // hashes in a full tile
)

// Tile is a full tile: TileWidth hashes and the root over them, which is an entry of a tile one level
// up.
type Tile struct {
	Level  int
	Number int64
	Hashes []tlog.Hash
	Root   tlog.Hash
}

// FullTiles is how many full tiles of a level a tree of a size has.
func FullTiles(level int, size int64) int64 { return size >> (tileHeight * (level + 1)) }

// Edge is the right edge of a growing tree: the hashes that are in no full tile yet. The zero value is
// the edge of the empty tree.
type Edge struct {
	size    int64
	partial [][]tlog.Hash // by level, each shorter than TileWidth
}

// OpenEdge is the edge of a tree that ends with a full tile. roots reads the roots of the full tiles
// of a level, from one number up to and without another. Errors: those of roots.
func OpenEdge(size int64, roots func(level int, from, to int64) ([]tlog.Hash, error)) (*Edge, error) {
	if size < 0 || size%TileWidth != 0 {
		return nil, fmt.Errorf("a tree of %d leaves does not end with a full tile", size)
	}
	e := &Edge{size: size, partial: [][]tlog.Hash{nil}}
	for level := 0; FullTiles(level, size) > 0; level++ {
		from, to := FullTiles(level+1, size)*TileWidth, FullTiles(level, size)
		var hashes []tlog.Hash
		if from < to {
			var err error
			if hashes, err = roots(level, from, to); err != nil {
				return nil, err
			}
			if int64(len(hashes)) != to-from {
				return nil, fmt.Errorf("of the tiles %d to %d of level %d there are %d", from, to-1, level, len(hashes))
			}
		}
		e.partial = append(e.partial, hashes)
	}
	return e, nil
}

// Size is how many leaves the tree has.
func (e *Edge) Size() int64 { return e.size }

// Leaves is the leaf hashes behind the last full tile of level 0. They are the edge's own.
func (e *Edge) Leaves() []tlog.Hash {
	if len(e.partial) == 0 {
		return nil
	}
	return e.partial[0]
}

// Append adds leaf hashes, and gives each tile that becomes full to the function, lower levels first.
// The function owns the tile.
func (e *Edge) Append(leaves []tlog.Hash, full func(Tile)) {
	for len(leaves) > 0 {
		n := min(len(leaves), TileWidth-int(e.size%TileWidth))
		for level, hashes := 0, leaves[:n]; ; level++ {
			if level == len(e.partial) {
				e.partial = append(e.partial, nil)
			}
			if e.partial[level] == nil {
				e.partial[level] = make([]tlog.Hash, 0, TileWidth)
			}
			e.partial[level] = append(e.partial[level], hashes...)
			if level == 0 {
				e.size += int64(n)
			}
			if len(e.partial[level]) < TileWidth {
				break
			}
			t := Tile{Level: level, Number: FullTiles(level, e.size) - 1, Hashes: e.partial[level], Root: subtreeRoot(e.partial[level])}
			e.partial[level] = nil
			hashes = []tlog.Hash{t.Root}
			full(t)
		}
		leaves = leaves[n:]
	}
}

// Root is the root of the tree.
func (e *Edge) Root() tlog.Hash {
	root, err := tlog.TreeHash(e.size, tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		return e.readHashes(indexes, nil)
	}))
	if err != nil {
		panic("tree: the root is not at the edge: " + err.Error()) // every part of it is
	}
	return root
}

// Hashes reads the hashes of the tree: those at the edge, and those in full tiles, which tile reads
// by level and number.
func (e *Edge) Hashes(tile func(level int, number int64) ([]tlog.Hash, error)) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) { return e.readHashes(indexes, tile) })
}

func (e *Edge) readHashes(indexes []int64, tile func(level int, number int64) ([]tlog.Hash, error)) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, 0, len(indexes))
	for _, index := range indexes {
		height, n := tlog.SplitStoredHashIndex(index)
		level, span := height/tileHeight, int64(1)<<(height%tileHeight)
		number, from := n*span/TileWidth, n*span%TileWidth
		var entries []tlog.Hash
		switch full := FullTiles(level, e.size); {
		case number < full && tile != nil:
			var err error
			if entries, err = tile(level, number); err != nil {
				return nil, err
			}
		case number == full && level < len(e.partial):
			entries = e.partial[level]
		}
		if from+span > int64(len(entries)) {
			return nil, fmt.Errorf("a tree of %d leaves has no hash %d of height %d at hand", e.size, n, height)
		}
		hashes = append(hashes, subtreeRoot(entries[from:from+span]))
	}
	return hashes, nil
}

// subtreeRoot is the root over hashes, as many as a power of two.
func subtreeRoot(hashes []tlog.Hash) tlog.Hash {
	var buffer [TileWidth / 2]tlog.Hash
	for len(hashes) > 1 {
		for i := range len(hashes) / 2 {
			buffer[i] = tlog.NodeHash(hashes[2*i], hashes[2*i+1])
		}
		hashes = buffer[:len(hashes)/2]
	}
	return hashes[0]
}
