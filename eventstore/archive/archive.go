// Package archive keeps parts of books in files: every event of a range of positions with its exact
// bytes, and the batches that appended them, so that the chain of the book can be checked from the
// file alone. It is pure: which parts are archived, and what of them stays in the database, is for a
// store to decide.
//
// A file is JSON lines, compressed with gzip, readable with zcat: a header, the events in order, each
// batch after the last of its events, and a trailer with the counts and the SHA-256 of all lines before
// it. A file is written under another name, synced, and renamed once it is whole.
package archive

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"loanledger/eventstore"
)

// Errors of archive files.
var (
	// ErrDamaged: a file is not as it was written.
	ErrDamaged = errors.New("the archive file is damaged")
	// ErrMissing: no file of the archive has the events that were asked for.
	ErrMissing = errors.New("the archive has no file with the events")
	// ErrExists: there is a file for the range already.
	ErrExists = errors.New("the archive has a file for the range already")
)

// Part is a range of positions of a book, First to Last.
type Part struct {
	Book        eventstore.Book
	First, Last eventstore.Position
}

// Batch is what was appended in one transaction, and its chain, which covers the batch before.
type Batch struct {
	First, Last eventstore.Position
	Epoch       int64 // the era after it
	RecordedAt  time.Time
	Chain       []byte
}

// Header is what a file begins with.
type Header struct {
	Part
	// Before is the chain of the batch before the first one of the file, which covers the whole book up
	// to there. The first and the last batch may have events outside of the part.
	Before []byte
}

// File is a whole file of an archive.
type File struct {
	Part
	Name   string // without its folder
	SHA256 []byte // what it ends with; of its lines, uncompressed
	Events int64
	Bytes  int64 // on disk
}

// Name is the name of a part's file.
func (p Part) Name() string {
	return fmt.Sprintf("book-%05d-positions-%012d-%012d.jsonl.gz", p.Book, p.First, p.Last)
}

func (p Part) valid() bool { return p.Book > 0 && p.First > 0 && p.Last >= p.First }

// parseName is the part that a file is of, by its name.
func parseName(name string) (p Part, ok bool) {
	_, err := fmt.Sscanf(name, "book-%d-positions-%d-%d.jsonl.gz", &p.Book, &p.First, &p.Last)
	return p, err == nil && p.valid() && p.Name() == name
}

// Archive is the files of a folder. Reading goes on where the reading before ended, so that a book is
// read from its beginning to its end at the cost of reading each file once. It is for one goroutine at
// a time.
type Archive struct {
	dir   string
	parts []Part
	open  *Reader
	next  eventstore.Position // the reader's
}

// Open finds the files of a folder.
func Open(dir string) (*Archive, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	a := &Archive{dir: dir}
	for _, entry := range entries {
		if p, ok := parseName(entry.Name()); ok {
			a.parts = append(a.parts, p)
		}
	}
	slices.SortFunc(a.parts, func(p, q Part) int {
		return cmp.Or(cmp.Compare(p.Book, q.Book), cmp.Compare(p.First, q.First))
	})
	return a, nil
}

// Parts is what the files are of, by book and position.
func (a *Archive) Parts() []Part { return slices.Clone(a.parts) }

// Path is where the file of a part is.
func (a *Archive) Path(p Part) string { return filepath.Join(a.dir, p.Name()) }

// Close gives back what reading holds.
func (a *Archive) Close() {
	if a.open != nil {
		a.open.Close()
		a.open = nil
	}
}

// Events gives the events of a book from a position up to another one, in order, to take. A file that
// is read to its end is checked to be whole then; what was taken before may be of a damaged one.
// Errors: ErrMissing, ErrDamaged, take's.
func (a *Archive) Events(book eventstore.Book, first, last eventstore.Position, take func(eventstore.Event) error) error {
	for first <= last {
		i := slices.IndexFunc(a.parts, func(p Part) bool { return p.Book == book && p.First <= first && first <= p.Last })
		if i < 0 {
			return fmt.Errorf("%w: book %d, position %d", ErrMissing, book, first)
		}
		if err := a.stand(a.parts[i], first); err != nil {
			return err
		}
		for end := min(last, a.parts[i].Last); first <= end; first++ {
			e, err := a.event()
			if err != nil {
				return err
			}
			if err := take(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// stand brings the reader before a position of a part.
func (a *Archive) stand(p Part, position eventstore.Position) error {
	if a.open == nil || a.open.Header.Part != p || a.next > position {
		a.Close()
		r, err := OpenFile(a.Path(p))
		if err != nil {
			return err
		}
		if r.Header.Part != p {
			r.Close()
			return fmt.Errorf("%w: %s is of %+v", ErrDamaged, p.Name(), r.Header.Part)
		}
		a.open, a.next = r, p.First
	}
	for a.next < position {
		if _, err := a.event(); err != nil {
			return err
		}
	}
	return nil
}

// event reads the next event, and the rest of the file after the last one.
func (a *Archive) event() (eventstore.Event, error) {
	for {
		e, _, err := a.open.Next()
		if err != nil {
			a.Close()
			return eventstore.Event{}, err
		}
		if e == nil {
			continue
		}
		if a.next++; e.Position == a.open.Header.Last {
			err = a.open.finish()
			a.Close()
		}
		return *e, err
	}
}
