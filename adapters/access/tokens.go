package access

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// recheck is how long the file is taken to be unchanged while only known tokens come.
const recheck = time.Second

// Tokens is the tokens that are let in. It is safe for concurrent use.
type Tokens struct {
	path    string // empty where there is no file
	roster  atomic.Pointer[roster]
	checked atomic.Int64 // when the file was last looked at, in Unix nanoseconds

	mu   sync.Mutex
	seen fs.FileInfo // the file as it was last read
	err  error       // why the file as it was last seen is not in force
}

// Load reads a token file and watches it: a token that is added is let in at once, one that is taken
// out is refused within a second. A changed file that cannot be read, or is gone, is logged, and the
// tokens read before stay in force, so that a slip of the editor does not stop the service; Err
// tells of it. Errors: fs.ErrNotExist, ErrFile, ErrWritable, those of an entry, ErrDuplicate.
func Load(path string) (*Tokens, error) {
	t := &Tokens{path: path}
	t.checked.Store(time.Now().UnixNano())
	if err := t.read(); err != nil {
		return nil, err
	}
	return t, nil
}

// Of is the tokens of these entries, with no file behind them. Errors: those of an entry,
// ErrDuplicate.
func Of(entries ...Entry) (*Tokens, error) {
	r, err := newRoster(entries)
	if err != nil {
		return nil, err
	}
	t := &Tokens{}
	t.roster.Store(&r)
	return t, nil
}

// Authenticate is whom a secret speaks for, and whether it is known.
func (t *Tokens) Authenticate(secret string) (Principal, bool) {
	hash := sha256.Sum256([]byte(secret))
	if time.Now().UnixNano()-t.checked.Load() >= int64(recheck) {
		t.refresh()
	}
	if p, ok := t.roster.Load().find(hash); ok {
		return p, true
	}
	t.refresh() // it may have been added a moment ago
	return t.roster.Load().find(hash)
}

// Err is why the token file, as it was last seen, is not in force; nil when it is.
func (t *Tokens) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// refresh reads the file if it is not the one that was last read.
func (t *Tokens) refresh() {
	if t.path == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.checked.Store(time.Now().UnixNano())
	info, err := os.Stat(t.path)
	if err == nil && t.seen != nil && unchanged(info, t.seen) {
		return
	}
	was := t.err
	t.err = t.read()
	if t.err != nil && (was == nil || was.Error() != t.err.Error()) {
		slog.Warn("the token file is not in force", "error", t.err)
	}
}

// read puts the file in force. A file that was read and refused is not read again until it changes.
func (t *Tokens) read() error {
	text, info, err := read(t.path)
	t.seen = info
	var r roster
	if err == nil {
		_, r, err = decode(text)
	}
	if err != nil {
		return fmt.Errorf("token file %s: %w", t.path, err)
	}
	t.roster.Store(&r)
	return nil
}

// unchanged compares the file too, since its time may be too coarse to tell two changes apart.
func unchanged(a, b fs.FileInfo) bool {
	return os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size() && a.Mode() == b.Mode()
}
