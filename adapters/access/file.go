package access

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Errors of a token file.
var (
	// ErrFile: the file is not a token file.
	ErrFile = errors.New(`not a token file, which is {"tokens": [{"name", "role", "lenders", "sha256"}]}`)
	// ErrWritable: others than its owner may write the file, and so let themselves in.
	ErrWritable = errors.New("the token file may be written by others than its owner")
)

// fileLimit is the largest token file, in bytes: some ten thousand tokens.
const fileLimit = 4 << 20

// document is the token file.
type document struct {
	Tokens []Entry `json:"tokens"`
}

// decode reads a token file strictly: a misspelt field could otherwise widen what a token may do.
// Errors: ErrFile, those of an entry, ErrDuplicate.
func decode(text []byte) (document, roster, error) {
	var doc document
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&doc); err != nil {
		return document{}, nil, fmt.Errorf("%w: %w", ErrFile, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return document{}, nil, fmt.Errorf("%w: something follows it", ErrFile)
	}
	if doc.Tokens == nil {
		return document{}, nil, ErrFile
	}
	r, err := newRoster(doc.Tokens)
	if err != nil {
		return document{}, nil, err
	}
	return doc, r, nil
}

// read is the text of a token file and its state when it was read.
func read(path string) ([]byte, fs.FileInfo, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if mode := info.Mode().Perm(); mode&0o022 != 0 {
		return nil, info, fmt.Errorf("%w: mode %04o, run: chmod 600 %s", ErrWritable, mode, path)
	}
	text, err := io.ReadAll(io.LimitReader(file, fileLimit+1))
	if err != nil {
		return nil, info, err
	}
	if len(text) > fileLimit {
		return nil, info, fmt.Errorf("%w: more than %d bytes", ErrFile, fileLimit)
	}
	return text, info, nil
}

// Append adds an entry to a token file, which is made, with mode 0600, where there is none. The file
// is replaced as a whole: a reader or a crash sees it as it was before or after. Several processes
// may append at once. Errors: those of an entry, ErrDuplicate, ErrFile, ErrWritable, and those of
// the file system; after any of them the file is as it was.
func Append(path string, e Entry) error {
	if err := appendLocked(path, e); err != nil {
		return fmt.Errorf("token file %s: %w", path, err)
	}
	return nil
}

func appendLocked(path string, e Entry) error {
	// The directory is what is locked: a lock on the file would stay with the file that is replaced.
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close() // and so unlocked
	if err := syscall.Flock(int(dir.Fd()), syscall.LOCK_EX); err != nil {
		return fmt.Errorf("lock its directory: %w", err)
	}
	doc := document{}
	text, _, err := read(path)
	switch {
	case err == nil:
		if doc, _, err = decode(text); err != nil {
			return err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	doc.Tokens = append(doc.Tokens, e)
	if _, err := newRoster(doc.Tokens); err != nil {
		return err
	}
	text, err = json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	if err := replace(path, append(text, '\n')); err != nil {
		return err
	}
	return dir.Sync()
}

// replace puts a file of mode 0600 in the place of another, once it is on the disk.
func replace(path string, text []byte) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".tokens-*")
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
