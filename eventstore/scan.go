package eventstore

import (
	"context"
	"fmt"
)

// Scan is a stretch of a book to read.
type Scan struct {
	Book  Book
	After Position
	// UpTo is the last position to read; 0 is the end that the book has when the reading begins.
	UpTo Position
	// Folding leaves out what folding does not look at, so that less has to be read: Command, Digest,
	// Actor and Personal of the events are zero.
	Folding bool
}

// ScanChunk is how many events a chunk of a scan has at most.
const ScanChunk = 2000

// Bounded is the scan with its end, for stores. A scan that begins before the book, or goes on after
// its end, is refused.
func (s Scan) Bounded(ctx context.Context, log Log) (Scan, error) {
	head, err := log.Head(ctx, s.Book)
	if err != nil {
		return s, err
	}
	if s.UpTo == 0 {
		s.UpTo = head.Position
	}
	if s.After < 0 || s.UpTo < s.After || s.UpTo > head.Position {
		return s, fmt.Errorf("scan book %d after position %d up to %d: out of range, it ends at %d",
			s.Book, s.After, s.UpTo, head.Position)
	}
	return s, nil
}

// Gap is the first position that a book lacks. It is an ErrGap.
type Gap struct {
	Book     Book
	Position Position
}

// Error names the book and the position.
func (g *Gap) Error() string {
	return fmt.Sprintf("%v: book %d, position %d", ErrGap, g.Book, g.Position)
}

// Unwrap is ErrGap.
func (g *Gap) Unwrap() error { return ErrGap }

// Complete answers a Gap unless events are exactly those after a position up to another one.
func Complete(book Book, events []Event, after, upTo Position) error {
	for i := range events {
		if after++; events[i].Position != after {
			return &Gap{book, after}
		}
	}
	if after != upTo {
		return &Gap{book, after + 1}
	}
	return nil
}
