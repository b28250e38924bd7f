package pgstore

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"

	"github.com/google/uuid"
)

// streamSet tells whether a stream may be one of a set. No is certain; yes is wrong once in some
// fifteen thousand times. It is an open-addressed table of 16-bit fingerprints, two thirds full: three
// bytes a stream, and mostly one access to memory for an answer.
type streamSet struct{ slots []uint16 }

// newStreamSet is the set of the streams with these hashes, which may repeat. It sorts them.
func newStreamSet(hashes []uint64) *streamSet {
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	s := &streamSet{make([]uint16, len(hashes)+len(hashes)/2+1)}
	for _, h := range hashes {
		at, print := s.place(h)
		for s.slots[at] != 0 && s.slots[at] != print {
			at = s.after(at)
		}
		s.slots[at] = print
	}
	return s
}

// mayHold says whether the stream with a hash may be in the set.
func (s *streamSet) mayHold(hash uint64) bool {
	at, print := s.place(hash)
	for s.slots[at] != print {
		if s.slots[at] == 0 {
			return false
		}
		at = s.after(at)
	}
	return true
}

// place is where a fingerprint is looked for first, and the fingerprint, which is never 0.
func (s *streamSet) place(hash uint64) (int, uint16) {
	at, _ := bits.Mul64(hash, uint64(len(s.slots)))
	return int(at), max(1, uint16(hash))
}

func (s *streamSet) after(at int) int {
	if at++; at == len(s.slots) {
		return 0
	}
	return at
}

// streamHash is the same for ever: sets are stored.
func streamHash(stream uuid.UUID) uint64 {
	x := binary.BigEndian.Uint64(stream[:8]) ^ bits.RotateLeft64(binary.BigEndian.Uint64(stream[8:])*0x9e3779b97f4a7c15, 32)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// streamSetForm is the first byte of a stored set; the fingerprints follow, two bytes each.
const streamSetForm = 1

var errStreamSet = errors.New("a stored set of streams has an unknown form")

func (s *streamSet) encoded() []byte {
	b := make([]byte, 1, 1+2*len(s.slots))
	b[0] = streamSetForm
	for _, print := range s.slots {
		b = binary.BigEndian.AppendUint16(b, print)
	}
	return b
}

func decodeStreamSet(b []byte) (*streamSet, error) {
	if len(b) < 3 || b[0] != streamSetForm || len(b)%2 != 1 {
		return nil, errStreamSet
	}
	s := &streamSet{make([]uint16, len(b)/2)}
	full := true
	for i := range s.slots {
		s.slots[i] = binary.BigEndian.Uint16(b[1+2*i:])
		full = full && s.slots[i] != 0
	}
	if full {
		return nil, errStreamSet // looking for what is not there would not end
	}
	return s, nil
}
