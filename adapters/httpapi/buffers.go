package httpapi

import (
	"bytes"
	"encoding/json"
	"sync"
)

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

// quick is a value that writes itself as JSON as json.Marshal would.
type quick interface {
	AppendJSON([]byte) ([]byte, error)
}

// json adds a value as JSON. Texts are not escaped for HTML: nothing here is put into a page.
func (b *buffer) json(v any) error {
	if q, is := v.(quick); is {
		from := len(b.data)
		data, err := q.AppendJSON(b.data)
		if err != nil {
			return err
		}
		if bytes.IndexByte(data[from:], '\\') < 0 {
			b.data = data
			return nil
		}
		b.data = data[:from] // there may be an escape that is for HTML only
	}
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	b.data = b.data[:len(b.data)-1] // the encoder ends with a new line
	return nil
}

// Write adds bytes.
func (b *buffer) Write(p []byte) (int, error) {
	b.data = append(b.data, p...)
	return len(p), nil
}
