package access_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"loanledger/adapters/access"
)

func TestNewTokenIsLetInAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	put(t, path, `{"tokens": []}`)
	tokens, err := access.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		secret, e := newToken(t, access.Service, fmt.Sprint("token", i), "*")
		if _, ok := tokens.Authenticate(secret); ok {
			t.Fatalf("token %d is let in before it was added", i)
		}
		appendTo(t, path, e)
		if p, ok := tokens.Authenticate(secret); !ok || p.Name != e.Name {
			t.Fatalf("token %d: %+v, %v", i, p, ok)
		}
	}
}

// refusedWithin waits for a token to be refused, and says whether it was.
func refusedWithin(limit time.Duration, tokens *access.Tokens, secret string) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if _, ok := tokens.Authenticate(secret); !ok {
			return true
		}
	}
	return false
}

func TestRemovedTokenIsRefusedSoon(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	secret, e := newToken(t, access.Service, "a", "*")
	appendTo(t, path, e)
	tokens, err := access.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, path, `{"tokens": []}`)
	if !refusedWithin(5*time.Second, tokens, secret) {
		t.Error("a token is let in five seconds after it was taken out")
	}
}

func TestBrokenFileLeavesTheLastOneInForce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	secret, e := newToken(t, access.Service, "a", "*")
	appendTo(t, path, e)
	tokens, err := access.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	known := func(when string, want error) {
		t.Helper()
		tokens.Authenticate("unknown") // makes it look at the file
		if _, ok := tokens.Authenticate(secret); !ok {
			t.Errorf("%s: the token is refused", when)
		}
		if !errors.Is(tokens.Err(), want) {
			t.Errorf("%s: %v, want %v", when, tokens.Err(), want)
		}
	}
	known("at first", nil)
	put(t, path, string(good[:len(good)/2]))
	known("cut", access.ErrFile)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	known("gone", fs.ErrNotExist)
	put(t, path, string(good))
	known("back", nil)
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	known("open", access.ErrWritable)
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	known("closed again", nil)
}

func TestAuthenticateWhileTheFileChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	secret, e := newToken(t, access.Service, "always", "*")
	appendTo(t, path, e)
	tokens, err := access.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 500 {
				if p, ok := tokens.Authenticate(secret); !ok || p.Name != "always" {
					t.Error("a token that stayed in the file was refused")
					return
				}
				tokens.Authenticate("unknown")
			}
		})
	}
	for i := range 20 {
		_, more := newToken(t, access.Service, fmt.Sprint("more", i), "*")
		appendTo(t, path, more)
	}
	group.Wait()
}

func BenchmarkAuthenticate(b *testing.B) {
	path := filepath.Join(b.TempDir(), "tokens.json")
	secret, e := newToken(b, access.Service, "a", "*")
	appendTo(b, path, e)
	tokens, err := access.Load(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := tokens.Authenticate(secret); !ok {
			b.Fatal("refused")
		}
	}
}
