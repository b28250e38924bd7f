// Package localdir is the directory of a server that belongs to one process of
// this program: its lock, its secret, and the port it listens on.
package localdir

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ErrOwned says that another process owns the directory.
var ErrOwned = errors.New("the directory has another owner")

// Dir is a directory that this process owns until Close.
type Dir struct {
	path string
	lock *os.File
}

// Open makes the directory where it is missing and makes this process its one
// owner, or fails at once with ErrOwned and the process id of the owner. The
// kernel ends the ownership with the process, however it ends.
func Open(path string) (*Dir, error) {
	if path == "" {
		return nil, errors.New("no directory given")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, err
	}
	d := &Dir{path: path}
	if err := d.own(); err != nil {
		return nil, err
	}
	return d, nil
}

// own locks the file that names the owner. The file stays when the lock goes:
// removing it would let two owners lock two files.
func (d *Dir) own() error {
	name := d.File("owner.lock")
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("lock %s: %w", name, err)
		}
		return fmt.Errorf("%w: %s is held by process %s", ErrOwned, name, holder(name))
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	d.lock = f
	return nil
}

func holder(lock string) string {
	text, err := os.ReadFile(lock)
	if pid := strings.TrimSpace(string(text)); err == nil && pid != "" {
		return pid
	}
	return "(unknown)"
}

// Path is the absolute path of the directory.
func (d *Dir) Path() string { return d.path }

// File is the path of a file in the directory.
func (d *Dir) File(name string) string { return filepath.Join(d.path, name) }

// Close gives the directory up.
func (d *Dir) Close() error { return d.lock.Close() }

// ErrNoSecret says that a secret that must exist does not.
var ErrNoSecret = errors.New("the secret is gone")

// Secret reads the password in the file, which is readable by this user alone.
// Where there is none it makes one of 192 random bits in hexadecimal, or, when
// something is protected by it already, fails with ErrNoSecret.
func (d *Dir) Secret(name string, mustExist bool) (string, error) {
	text, err := os.ReadFile(d.File(name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	if secret := strings.TrimSpace(string(text)); secret != "" {
		return secret, nil
	}
	if mustExist {
		return "", fmt.Errorf("%w from %s; put the file back", ErrNoSecret, d.File(name))
	}
	var random [24]byte
	rand.Read(random[:])
	secret := hex.EncodeToString(random[:])
	return secret, WriteFile(d.File(name), []byte(secret+"\n"), 0o600)
}

// WriteFile writes a file in one step: a reader, or a crash, meets the old
// content or the new.
func WriteFile(path string, content []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
