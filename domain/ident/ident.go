// Package ident makes identifiers that carry the book they belong to.
package ident

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"

	"github.com/google/uuid"
)

// Book is the number of a book, 1 to 65535. Zero is no book.
type Book uint16

// Derive is a version 8 UUID (RFC 9562, section 5.8) whose first two bytes are the book and whose
// other bits are a digest of a kind and a seed. The same seed gives the same identifier, so what a
// repeated command would create is found where the first one put it.
func Derive(b Book, kind string, seed ...[]byte) uuid.UUID {
	h := sha256.New()
	h.Write([]byte(kind))
	for _, s := range seed {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(s)))
		h.Write(length[:])
		h.Write(s)
	}
	var id uuid.UUID
	copy(id[:], h.Sum(nil))
	binary.BigEndian.PutUint16(id[:2], uint16(b))
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// BookOf is the book that an identifier carries. Any UUID has one; whether that book exists is for
// the caller to find out.
func BookOf(id uuid.UUID) Book { return Book(binary.BigEndian.Uint16(id[:2])) }

// crockford is the alphabet of Crockford's base 32: no I, L, O or U, so that a number can be read
// out on the telephone.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// Number is the human form of an identifier: the prefix and twelve characters in groups of four,
// "SC-7K3M-9QFD-X2A0", from fifty-nine of its random bits.
func Number(prefix string, id uuid.UUID) string {
	text := crockford.EncodeToString(id[8:])
	return prefix + "-" + text[1:5] + "-" + text[5:9] + "-" + text[9:13]
}
