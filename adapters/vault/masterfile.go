package vault

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrMasterOpen: others than its owner may read or write the file of a master key.
var ErrMasterOpen = errors.New("the master key's file is open to others than its owner")

// masterFileLimit is how much of a file is read, in bytes: more than any way to write a key.
const masterFileLimit = 256

// LoadMaster reads a master key from a file that holds it as ParseMaster reads it. Only the owner of
// the file may have rights to it (0600 or 0400). Errors: ErrMasterOpen, ErrMasterText, fs.ErrNotExist
// and other errors of the file system.
func LoadMaster(path string) (Master, error) {
	file, err := os.Open(path)
	if err != nil {
		return Master{}, fmt.Errorf("master key: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return Master{}, fmt.Errorf("master key: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return Master{}, fmt.Errorf("%w: %s has mode %04o, run: chmod 600 %s", ErrMasterOpen, path, mode, path)
	}
	text, err := io.ReadAll(io.LimitReader(file, masterFileLimit))
	if err != nil {
		return Master{}, fmt.Errorf("master key: %w", err)
	}
	master, err := ParseMaster(string(text))
	if err != nil {
		return Master{}, fmt.Errorf("master key in %s: %w", path, err)
	}
	return master, nil
}

// CreateMaster makes a file with a new random master key, mode 0600, and answers the key. A file
// that is there already is loaded and never overwritten, so that several processes may start at
// once and all have the same key. After a crash the file is whole or absent.
func CreateMaster(path string) (Master, error) {
	master, err := LoadMaster(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return master, err
	}
	rand.Read(master.key[:]) // never fails
	temporary, err := writeTemporary(filepath.Dir(path), master.text()+"\n")
	if err != nil {
		return Master{}, fmt.Errorf("make a master key: %w", err)
	}
	defer os.Remove(temporary)
	// A link, unlike a rename, does not replace the file of a process that was faster.
	if err := os.Link(temporary, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return Master{}, fmt.Errorf("make a master key: %w", err)
	}
	if err := syncDirectory(filepath.Dir(path)); err != nil {
		return Master{}, fmt.Errorf("make a master key: %w", err)
	}
	return LoadMaster(path)
}

// writeTemporary writes a file of mode 0600 to the disk and answers its path.
func writeTemporary(dir, text string) (path string, err error) {
	file, err := os.CreateTemp(dir, ".master-*")
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(file.Name()))
	}
	return file.Name(), nil
}

// syncDirectory makes a new name in a directory last.
func syncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
