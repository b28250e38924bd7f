package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"

	"loanledger/eventstore"
)

// maxLine bounds a line: an event with the largest data and sealed part, in base64.
const maxLine = 2*(eventstore.MaxEventBytes*4/3+16) + 64<<10

// Reader reads a file from its beginning to its end, line by line.
type Reader struct {
	Header  Header
	name    string
	file    *os.File
	gz      *gzip.Reader
	lines   *bufio.Reader
	hash    hash.Hash
	events  int64
	batches int64
	sum     []byte // of the trailer, once it was read
}

// OpenFile opens a file and reads its header. Errors: ErrDamaged, those of the file system.
func OpenFile(path string) (*Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	r := &Reader{name: filepath.Base(path), file: file, hash: sha256.New()}
	if err := r.begin(); err != nil {
		file.Close()
		return nil, err
	}
	return r, nil
}

func (r *Reader) begin() (err error) {
	if r.gz, err = gzip.NewReader(bufio.NewReaderSize(r.file, 256<<10)); err != nil {
		return r.damaged(err)
	}
	r.lines = bufio.NewReaderSize(r.gz, 64<<10)
	l, err := r.line()
	if err != nil {
		return err
	}
	h := l.Archive
	if h == nil || h.Name != formatName || h.Version != formatVersion {
		return r.damaged(errors.New("it is not an archive of a known version"))
	}
	r.Header.Part = Part{h.Book, h.First, h.Last}
	if r.Header.Before, err = hex.DecodeString(h.Before); err != nil || len(r.Header.Before) != sha256.Size || !r.Header.valid() {
		return r.damaged(errors.New("the header"))
	}
	return nil
}

func (r *Reader) damaged(err error) error { return fmt.Errorf("%w: %s: %w", ErrDamaged, r.name, err) }

// line reads a line, and counts it among those that the trailer has the digest of.
func (r *Reader) line() (*line, error) {
	var raw []byte
	for {
		part, err := r.lines.ReadSlice('\n')
		raw = append(raw, part...)
		if err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) || len(raw) > maxLine {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, r.damaged(err)
		}
	}
	l := &line{}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(l); err != nil {
		return nil, r.damaged(err)
	}
	if l.End == nil {
		r.hash.Write(raw)
	}
	return l, nil
}

// Next is the next event or the next batch; io.EOF is after the last one of a file that is whole.
func (r *Reader) Next() (*eventstore.Event, *Batch, error) {
	if r.sum != nil {
		return nil, nil, io.EOF
	}
	l, err := r.line()
	if err != nil {
		return nil, nil, err
	}
	switch {
	case l.End != nil:
		if err := r.end(l.End); err != nil {
			return nil, nil, err
		}
		return nil, nil, io.EOF
	case l.Batch != nil:
		r.batches++
		b, err := l.Batch.batch()
		return nil, b, err
	}
	e, err := l.event(r.Header.Book)
	if err != nil {
		return nil, nil, err
	}
	if want := r.Header.First + eventstore.Position(r.events); e.Position != want || want > r.Header.Last {
		return nil, nil, r.damaged(fmt.Errorf("position %d in place of %d", e.Position, want))
	}
	r.events++
	return e, nil, nil
}

// end compares what was read with what the trailer says.
func (r *Reader) end(t *trailerLine) error {
	sum := r.hash.Sum(nil)
	if t.SHA256 != hex.EncodeToString(sum) || t.Events != r.events || t.Batches != r.batches ||
		r.events != int64(r.Header.Last-r.Header.First+1) {
		return r.damaged(errors.New("its digest or its counts are not those of its lines"))
	}
	if _, err := r.lines.ReadByte(); !errors.Is(err, io.EOF) {
		return r.damaged(errors.New("there is something after its end"))
	}
	r.sum = sum
	return nil
}

// finish reads what is left, so that the file is checked as a whole.
func (r *Reader) finish() error {
	for {
		if _, _, err := r.Next(); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// Whole is the file, once all of it was read.
func (r *Reader) Whole() (File, error) {
	if err := r.finish(); err != nil {
		return File{}, err
	}
	info, err := r.file.Stat()
	if err != nil {
		return File{}, fmt.Errorf("archive: %w", err)
	}
	return File{r.Header.Part, r.name, r.sum, r.events, info.Size()}, nil
}

// Close gives the file back.
func (r *Reader) Close() { r.file.Close() }
