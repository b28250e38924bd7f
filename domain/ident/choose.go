package ident

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
)

// Choose is the book of several in which somebody's life is to be kept, by rendezvous hashing: each
// book draws a number from the seed, and the highest wins. So the books get about the same number of
// seeds, and another book takes its part of each of the others and moves nothing between them. The
// order of the books is of no consequence. It panics without books.
func Choose(seed []byte, books []Book) Book {
	if len(books) == 0 {
		panic("ident: no book to choose from")
	}
	var chosen Book
	var highest [sha256.Size]byte
	for _, b := range books {
		drawn := sha256.Sum256(binary.BigEndian.AppendUint16(append([]byte("book\x00"), seed...), uint16(b)))
		if chosen == 0 || bytes.Compare(drawn[:], highest[:]) > 0 {
			chosen, highest = b, drawn
		}
	}
	return chosen
}
