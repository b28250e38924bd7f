package httpapi

import "sync"

// buffer is a piece of memory that requests use one after another.
type buffer struct{ data []byte }

// Bounds of a buffer, in bytes: what it begins with, and what is not kept for the next one.
const (
	bufferSpace = 4 << 10
	bufferKept  = 64 << 10
)

var buffers = sync.Pool{New: func() any { return &buffer{make([]byte, 0, bufferSpace)} }}

func takeBuffer() *buffer { return buffers.Get().(*buffer) }

// free gives the memory to the next one who takes it.
func (b *buffer) free() {
	if cap(b.data) <= bufferKept {
		b.data = b.data[:0]
		buffers.Put(b)
	}
}
