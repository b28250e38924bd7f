package tree

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"loanledger/eventstore"
)

// ErrLeaf: the bytes are not a leaf.
var ErrLeaf = errors.New("not a leaf of an event")

// leafName is what every leaf begins with. Another form of leaf gets another name.
const leafName = "loanledger event 1\n"

// Leaf is an event as the tree has it: everything but what it says, of which it has the hashes.
type Leaf struct {
	Book       eventstore.Book     `json:"book"`
	Position   eventstore.Position `json:"position"`
	Stream     uuid.UUID           `json:"stream_id"`
	Version    eventstore.Version  `json:"version"`
	Type       string              `json:"type"`
	Schema     int16               `json:"schema"`
	RecordedAt time.Time           `json:"recorded_at"` // to the microsecond
	Command    uuid.UUID           `json:"command_id"`
	Digest     tlog.Hash           `json:"command_sha256"`
	Actor      string              `json:"actor"`
	Data       tlog.Hash           `json:"data_sha256"`
	Personal   *tlog.Hash          `json:"personal_sha256,omitempty"` // of the sealed part; nil where there is none
}

// LeafOf is the leaf of an event.
func LeafOf(e *eventstore.Event) Leaf {
	l := Leaf{
		Book: e.Book, Position: e.Position, Stream: e.Stream, Version: e.Version, Type: e.Type, Schema: e.Schema,
		RecordedAt: e.RecordedAt.UTC(), Command: e.Command, Digest: tlog.Hash(e.Digest), Actor: e.Actor, Data: sha256.Sum256(e.Data),
	}
	if e.Personal != nil {
		sum := tlog.Hash(sha256.Sum256(e.Personal))
		l.Personal = &sum
	}
	return l
}

// Encode is the canonical bytes of a leaf: the name of the format, then every field in the order of
// the struct. Numbers are big-endian and of fixed length, the time is microseconds since 1970, and
// texts have their length, four bytes, before them; the sealed part is one byte, 1 where there is
// one, and then its hash.
func (l Leaf) Encode() []byte {
	b := appendHead(make([]byte, 0, 256), l.Book, l.Position, l.Stream, l.Version)
	b = appendSized(b, l.Type)
	b = appendMiddle(b, l.Schema, l.RecordedAt.UnixMicro(), l.Command, l.Digest)
	b = appendSized(b, l.Actor)
	b = append(b, l.Data[:]...)
	if l.Personal == nil {
		return append(b, 0)
	}
	return append(append(b, 1), l.Personal[:]...)
}

// Hash is the hash of the leaf in the tree.
func (l Leaf) Hash() tlog.Hash { return tlog.RecordHash(l.Encode()) }

func appendHead(b []byte, book eventstore.Book, position eventstore.Position, stream uuid.UUID, version eventstore.Version) []byte {
	b = append(b, leafName...)
	b = binary.BigEndian.AppendUint16(b, uint16(book))
	b = binary.BigEndian.AppendUint64(b, uint64(position))
	b = append(b, stream[:]...)
	return binary.BigEndian.AppendUint32(b, uint32(version))
}

func appendMiddle(b []byte, schema int16, micros int64, command uuid.UUID, digest [32]byte) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(schema))
	b = binary.BigEndian.AppendUint64(b, uint64(micros))
	b = append(b, command[:]...)
	return append(b, digest[:]...)
}

func appendSized(b []byte, text string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(text))), text...)
}

// AppendHashes appends the leaf hashes of events to a slice. It makes the same as LeafOf and Hash
// without allocating for each event.
func AppendHashes(hashes []tlog.Hash, events []eventstore.Event) []tlog.Hash {
	b := make([]byte, 0, 512)
	for i := range events {
		e := &events[i]
		b = appendHead(append(b[:0], 0), e.Book, e.Position, e.Stream, e.Version) // 0 is what RFC 6962 puts before a leaf
		b = appendSized(b, e.Type)
		b = appendMiddle(b, e.Schema, e.RecordedAt.UnixMicro(), e.Command, e.Digest)
		b = appendSized(b, e.Actor)
		data := sha256.Sum256(e.Data)
		b = append(b, data[:]...)
		if e.Personal == nil {
			b = append(b, 0)
		} else {
			personal := sha256.Sum256(e.Personal)
			b = append(append(b, 1), personal[:]...)
		}
		hashes = append(hashes, sha256.Sum256(b))
	}
	return hashes
}

// ParseLeaf reads what Encode writes, and nothing else. Errors: ErrLeaf.
func ParseLeaf(encoded []byte) (Leaf, error) {
	r := leafReader{left: encoded}
	name := r.take(len(leafName))
	l := Leaf{
		Book: eventstore.Book(r.number(2)), Position: eventstore.Position(r.number(8)), Stream: uuid.UUID(r.take(16)),
		Version: eventstore.Version(r.number(4)), Type: r.text(), Schema: int16(r.number(2)),
		RecordedAt: time.UnixMicro(int64(r.number(8))).UTC(), Command: uuid.UUID(r.take(16)), Digest: tlog.Hash(r.take(32)),
		Actor: r.text(), Data: tlog.Hash(r.take(32)),
	}
	sealed := r.take(1)[0]
	if sealed == 1 {
		sum := tlog.Hash(r.take(32))
		l.Personal = &sum
	}
	if r.short || len(r.left) > 0 || string(name) != leafName || sealed > 1 {
		return Leaf{}, fmt.Errorf("%w: %d bytes", ErrLeaf, len(encoded))
	}
	return l, nil
}

// leafReader takes parts off the front. Once something is missing it answers zeros.
type leafReader struct {
	left  []byte
	short bool
}

func (r *leafReader) take(n int) []byte {
	if len(r.left) < n {
		r.short, r.left = true, nil
		return make([]byte, min(n, 64))
	}
	part := r.left[:n]
	r.left = r.left[n:]
	return part
}

func (r *leafReader) number(size int) (n uint64) {
	for _, b := range r.take(size) {
		n = n<<8 | uint64(b)
	}
	return n
}

func (r *leafReader) text() string {
	size := r.number(4)
	if size > uint64(len(r.left)) {
		r.short = true
		return ""
	}
	return string(r.take(int(size)))
}
