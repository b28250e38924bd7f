package eventstore

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Bounds of one append.
const (
	// MaxAppendEvents is how many events one append may hold.
	MaxAppendEvents = 10_000
	// MaxEventBytes is how many bytes the data of one event, or its personal part, may have.
	MaxEventBytes = 1 << 20
)

// EventCount is how many events the append adds.
func (a Append) EventCount() int {
	n := 0
	for i := range a.Streams {
		n += len(a.Streams[i].Events)
	}
	return n
}

// Validate answers ErrInvalidAppend for an append that no store may take: one without a command id
// or without events, one that names a stream twice or the zero stream, a negative expected version,
// an event without a type or with a schema under 1, text that is not UTF-8 or has a zero byte, and
// whatever is over MaxAppendEvents or MaxEventBytes.
func (a Append) Validate() error {
	if a.Command == uuid.Nil {
		return fmt.Errorf("%w: no command id", ErrInvalidAppend)
	}
	if !storableText(a.Actor) {
		return fmt.Errorf("%w: the actor is not text", ErrInvalidAppend)
	}
	if n := a.EventCount(); n == 0 || n > MaxAppendEvents {
		return fmt.Errorf("%w: %d events, not 1 to %d", ErrInvalidAppend, n, MaxAppendEvents)
	}
	for i := range a.Streams {
		s := &a.Streams[i]
		if s.Stream == uuid.Nil || s.Expected < 0 {
			return fmt.Errorf("%w: stream %s at version %d", ErrInvalidAppend, s.Stream, s.Expected)
		}
		if a.namesBefore(i) {
			return fmt.Errorf("%w: stream %s is there twice", ErrInvalidAppend, s.Stream)
		}
		for j := range s.Events {
			if err := s.Events[j].validate(); err != nil {
				return fmt.Errorf("%w: event %d of stream %s: %w", ErrInvalidAppend, j+1, s.Stream, err)
			}
		}
	}
	return nil
}

// namesBefore says whether stream i of the append has been named before. Appends have a handful of
// streams, so looking at each is cheaper than a set; the few big ones stay within MaxAppendEvents.
func (a Append) namesBefore(i int) bool {
	for j := range i {
		if a.Streams[j].Stream == a.Streams[i].Stream {
			return true
		}
	}
	return false
}

func (e *NewEvent) validate() error {
	switch {
	case e.Type == "" || !storableText(e.Type):
		return fmt.Errorf("type %q", e.Type)
	case e.Schema < 1:
		return fmt.Errorf("schema %d", e.Schema)
	case len(e.Data) > MaxEventBytes || len(e.Personal) > MaxEventBytes:
		return fmt.Errorf("%d and %d bytes", len(e.Data), len(e.Personal))
	}
	return nil
}

// storableText says whether a text can stand in a database column as it is.
func storableText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }
