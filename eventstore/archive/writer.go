package archive

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io/fs"
	"os"
	"path/filepath"

	"loanledger/eventstore"
)

// Writer writes the file of a part. Until Finish, nothing of it has the file's name.
type Writer struct {
	part    Part
	dir     string
	file    *os.File
	gz      *gzip.Writer
	hash    hash.Hash
	buf     []byte
	events  int64
	batches int64
	err     error
}

// Create begins the file of a part in a folder, which is made if it is not there. Errors: ErrExists.
func Create(dir string, h Header) (*Writer, error) {
	if !h.valid() || len(h.Before) != sha256.Size {
		return nil, fmt.Errorf("archive: no part: %+v", h)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	if _, err := os.Lstat(filepath.Join(dir, h.Name())); err == nil {
		return nil, fmt.Errorf("%w: %s", ErrExists, h.Name())
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("archive: %w", err)
	}
	file, err := os.CreateTemp(dir, h.Name()+".part-")
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	w := &Writer{part: h.Part, dir: dir, file: file, gz: gzip.NewWriter(file), hash: sha256.New()}
	w.json(map[string]any{"archive": headerLine{formatName, formatVersion, h.Book, h.First, h.Last, hex.EncodeToString(h.Before)}})
	w.flush()
	return w, nil
}

// Event adds the next event. Errors of writing are told by Finish.
func (w *Writer) Event(e *eventstore.Event) {
	if want := w.part.First + eventstore.Position(w.events); e.Position != want && w.err == nil {
		w.err = fmt.Errorf("position %d in place of %d", e.Position, want)
	}
	w.events++
	w.buf = appendEvent(w.buf, e)
	w.flush()
}

// Batch adds the next batch, after those of its events that the file has.
func (w *Writer) Batch(b Batch) {
	w.batches++
	w.json(map[string]any{"batch": batchLine{b.First, b.Last, b.Epoch, b.RecordedAt.UTC(), hex.EncodeToString(b.Chain)}})
	w.flush()
}

func (w *Writer) json(v any) {
	line, err := json.Marshal(v)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.buf = append(append(w.buf, line...), '\n')
}

// flush writes the lines of the buffer.
func (w *Writer) flush() {
	w.hash.Write(w.buf)
	if w.err == nil {
		_, w.err = w.gz.Write(w.buf)
	}
	w.buf = w.buf[:0]
}

// Finish writes the trailer, lets the disk have the file, and gives it its name. After an error nothing
// is left of it.
func (w *Writer) Finish() (File, error) {
	if want := int64(w.part.Last - w.part.First + 1); w.events != want && w.err == nil {
		w.err = fmt.Errorf("%d events of %d", w.events, want)
	}
	sum := w.hash.Sum(nil)
	w.json(map[string]any{"end": trailerLine{w.events, w.batches, hex.EncodeToString(sum)}})
	w.flush()
	for _, step := range []func() error{w.gz.Close, w.file.Sync} {
		if w.err == nil {
			w.err = step()
		}
	}
	info, err := w.file.Stat()
	w.err = errors.Join(w.err, err, w.file.Close())
	if w.err == nil {
		w.err = w.name()
	}
	if w.err != nil {
		os.Remove(w.file.Name())
		return File{}, fmt.Errorf("archive %s: %w", w.part.Name(), w.err)
	}
	return File{w.part, w.part.Name(), sum, w.events, info.Size()}, nil
}

// name gives the file its name, unless another one has got it meanwhile, and syncs the folder, which
// holds names.
func (w *Writer) name() error {
	path := filepath.Join(w.dir, w.part.Name())
	if err := os.Link(w.file.Name(), path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return ErrExists
		}
		return err
	}
	if err := os.Remove(w.file.Name()); err != nil {
		return err
	}
	folder, err := os.Open(w.dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Abort drops what was written.
func (w *Writer) Abort() {
	w.file.Close()
	os.Remove(w.file.Name())
}
