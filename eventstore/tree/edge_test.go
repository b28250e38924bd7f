package tree_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"loanledger/eventstore/tree"
)

// kept is full tiles as a store has them.
type kept map[[2]int64]tree.Tile

func (k kept) add(t tree.Tile) { k[[2]int64{int64(t.Level), t.Number}] = t }

func (k kept) tile(level int, number int64) ([]tlog.Hash, error) {
	t, is := k[[2]int64{int64(level), number}]
	if !is {
		return nil, fmt.Errorf("no tile %d of level %d", number, level)
	}
	return t.Hashes, nil
}

func (k kept) roots(level int, from, to int64) (roots []tlog.Hash, err error) {
	for n := from; n < to; n++ {
		if _, err := k.tile(level, n); err != nil {
			return nil, err
		}
		roots = append(roots, k[[2]int64{int64(level), n}].Root)
	}
	return roots, nil
}

// reference is the tree as the tlog package keeps it.
type reference []tlog.Hash

func (r *reference) add(t testing.TB, n int64, leaf tlog.Hash) {
	t.Helper()
	hashes, err := tlog.StoredHashesForRecordHash(n, leaf, r)
	if err != nil {
		t.Fatal(err)
	}
	*r = append(*r, hashes...)
}

func (r *reference) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, i := range indexes {
		hashes = append(hashes, (*r)[i])
	}
	return hashes, nil
}

// The tree is that of the tlog package at every size, however its leaves come in.
func TestEdgeIsTheTreeOfRFC6962(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	var ref reference
	var edge tree.Edge
	tiles := kept{}
	const leaves = 70_000 // more than a full tile of level 1
	for size := int64(0); size < leaves; {
		run := make([]tlog.Hash, min(random.Int64N(900), leaves-size))
		for i := range run {
			run[i] = tlog.RecordHash(fmt.Append(nil, size+int64(i)))
			ref.add(t, size+int64(i), run[i])
		}
		edge.Append(run, tiles.add)
		if size += int64(len(run)); edge.Size() != size {
			t.Fatalf("size %d, not %d", edge.Size(), size)
		}
		if root, err := tlog.TreeHash(size, &ref); err != nil || edge.Root() != root {
			t.Fatalf("another root at %d: %v", size, err)
		}
	}
	if len(tiles) != leaves/256+leaves/256/256 {
		t.Errorf("%d tiles", len(tiles))
	}
	hashes := edge.Hashes(tiles.tile)
	for range 500 {
		at := 1 + random.Int64N(leaves)
		n := random.Int64N(at)
		proof, err := tlog.ProveRecord(at, n, hashes)
		if err != nil {
			t.Fatal(err)
		}
		root, err := tlog.TreeHash(at, &ref)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(proof, at, root, n, tlog.RecordHash(fmt.Append(nil, n))); err != nil {
			t.Fatalf("leaf %d of %d: %v", n, at, err)
		}
	}
	again, err := tree.OpenEdge(leaves/256*256, tiles.roots)
	if err != nil {
		t.Fatal(err)
	}
	root, err := tlog.TreeHash(again.Size(), &ref)
	if err != nil || again.Root() != root {
		t.Errorf("the edge that was opened has another root: %v", err)
	}
	delete(tiles, [2]int64{0, 260})
	if _, err := tree.OpenEdge(leaves/256*256, tiles.roots); err == nil {
		t.Error("a tile is missing, and nobody says so")
	}
	if _, err := tlog.ProveRecord(leaves, 260*256+1, edge.Hashes(tiles.tile)); err == nil {
		t.Error("a proof was made from a tile that is missing")
	}
}

func TestEmptyTree(t *testing.T) {
	var edge tree.Edge
	if got := edge.Root().String(); got != "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" {
		t.Errorf("root %s", got)
	}
	opened, err := tree.OpenEdge(0, nil)
	if err != nil || opened.Root() != edge.Root() {
		t.Errorf("%v", err)
	}
	if _, err := tree.OpenEdge(255, nil); err == nil {
		t.Error("an edge was opened in the middle of a tile")
	}
}
