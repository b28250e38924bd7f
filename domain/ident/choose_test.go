package ident_test

import (
	"encoding/binary"
	"slices"
	"testing"

	"loanledger/domain/ident"
)

// TestChoosing spreads seeds evenly, and a further book takes from all others and moves nothing
// between them.
func TestChoosing(t *testing.T) {
	const seeds = 40_000
	books := []ident.Book{1, 2, 7}
	reversed := []ident.Book{7, 2, 1}
	more := append(slices.Clone(books), 9)
	count := map[ident.Book]int{}
	moved := map[ident.Book]int{}
	for i := range seeds {
		seed := binary.BigEndian.AppendUint64(nil, uint64(i))
		before, after := ident.Choose(seed, books), ident.Choose(seed, more)
		if ident.Choose(seed, reversed) != before {
			t.Fatal("the order of the books counts")
		}
		if before != after && after != 9 {
			t.Fatalf("seed %d moved from book %d to %d when book 9 was opened", i, before, after)
		}
		count[before]++
		if after == 9 {
			moved[before]++
		}
	}
	for _, b := range books {
		if n := count[b]; n < seeds/3*95/100 || n > seeds/3*105/100 {
			t.Errorf("book %d has %d of %d", b, n, seeds)
		}
		if n := moved[b]; n < count[b]/4*9/10 || n > count[b]/4*11/10 {
			t.Errorf("of the %d in book %d, %d moved", count[b], b, n)
		}
	}
	if got := ident.Choose([]byte("somebody"), []ident.Book{1, 2, 3, 4, 5}); got != 4 {
		t.Errorf("the choice that was book 4 once is now %d", got)
	}
}

// TestNumbersOfBooks: the same command, given in two books, makes things with other numbers.
func TestNumbersOfBooks(t *testing.T) {
	seen := map[string]ident.Book{}
	for b := ident.Book(1); b <= 2000; b++ {
		command := ident.Derive(b, "command", []byte("key"))
		n := ident.Number("SC", ident.Derive(b, "loan", command[:]))
		if other, twice := seen[n]; twice {
			t.Fatalf("%s is a number in the books %d and %d", n, other, b)
		}
		seen[n] = b
	}
}
