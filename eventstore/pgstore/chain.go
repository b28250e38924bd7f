package pgstore

import (
	"crypto/sha256"
	"encoding/binary"

	"loanledger/eventstore"
)

// The chain of a batch is the SHA-256 of, one after the other: the chain of the batch before; the
// first and the last position, the era and the time of recording (microseconds since 2000), eight
// bytes each; and the digest of its events. The database joins these, because only it knows the
// predecessor; the digest is made here. The digest is the SHA-256 of a name for the format and of
// each event's parts in order, those of any length with their length before them.

const chainName = "loanledger batch 1\n"

// genesisChain is what the first batch of a book follows.
func genesisChain(book eventstore.Book) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint16([]byte("loanledger book 1\n"), uint16(book)))
}

// batchDigest builds the digest of a batch in a buffer that is used again.
type batchDigest struct{ buf []byte }

func (d *batchDigest) reset() { d.buf = append(d.buf[:0], chainName...) }

func (d *batchDigest) add(e *eventstore.Event) { d.buf = appendHashed(d.buf, e) }

// addHashed adds events as appendHashed makes them.
func (d *batchDigest) addHashed(events []byte) { d.buf = append(d.buf, events...) }

// appendHashed adds an event's parts as the digest takes them.
func appendHashed(b []byte, e *eventstore.Event) []byte {
	b = append(b, e.Stream[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(e.Version))
	b = binary.BigEndian.AppendUint16(b, uint16(e.Schema))
	b = append(b, e.Command[:]...)
	b = append(b, e.Digest[:]...)
	b = appendSized(b, e.Type)
	b = appendSized(b, e.Actor)
	b = appendSized(b, e.Data)
	if e.Personal == nil {
		return append(b, 0)
	}
	return appendSized(append(b, 1), e.Personal)
}

func (d *batchDigest) sum() [32]byte { return sha256.Sum256(d.buf) }

func appendSized[T string | []byte](b []byte, part T) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
	return append(b, part...)
}

// chainAfter is the chain of a batch, computed as the database does.
func chainAfter(before []byte, first, last eventstore.Position, epoch, micros int64, digest [32]byte) [32]byte {
	b := append([]byte(nil), before...)
	for _, n := range []int64{int64(first), int64(last), epoch, micros} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	return sha256.Sum256(append(b, digest[:]...))
}
