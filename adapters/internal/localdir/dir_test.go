package localdir_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"loanledger/adapters/internal/localdir"
)

func open(t *testing.T, path string) *localdir.Dir {
	t.Helper()
	d, err := localdir.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOneOwnerAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "dir")
	d := open(t, path)
	_, err := localdir.Open(path)
	if !errors.Is(err, localdir.ErrOwned) {
		t.Fatalf("want ErrOwned, got %v", err)
	}
	if !strings.Contains(err.Error(), "process "+strconv.Itoa(os.Getpid())) {
		t.Errorf("%v: does not name the owner", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if err := open(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := localdir.Open(""); err == nil {
		t.Error("no directory was accepted")
	}
}

func TestSecretIsMadeOnceAndKept(t *testing.T) {
	d := open(t, t.TempDir())
	defer d.Close()
	if _, err := d.Secret("password", true); !errors.Is(err, localdir.ErrNoSecret) {
		t.Errorf("want ErrNoSecret, got %v", err)
	}
	first, err := d.Secret("password", false)
	if err != nil || len(first) != 48 {
		t.Fatalf("secret of %d characters, %v", len(first), err)
	}
	if again, err := d.Secret("password", true); err != nil || again != first {
		t.Errorf("the secret changed, %v", err)
	}
	if other, err := d.Secret("other", false); err != nil || other == first {
		t.Errorf("two secrets are equal, %v", err)
	}
	info, err := os.Stat(d.File("password"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestPortIsKeptWhileFree(t *testing.T) {
	d := open(t, t.TempDir())
	defer d.Close()
	port, err := d.Port()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.NotePort(port); err != nil {
		t.Fatal(err)
	}
	if again, err := d.Port(); err != nil || again != port {
		t.Errorf("noted %d, got %d, %v", port, again, err)
	}
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if other, err := d.Port(); err != nil || other == port {
		t.Errorf("answered the taken port %d, %v", other, err)
	}
	for _, noise := range []string{"", "x", "-1", "70000"} {
		if err := os.WriteFile(d.File("port"), []byte(noise), 0o644); err != nil {
			t.Fatal(err)
		}
		if port, err := d.Port(); err != nil || port <= 0 {
			t.Errorf("note %q: port %d, %v", noise, port, err)
		}
	}
}

func TestFileIsReplacedWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, content := range []string{"long content", "short"} {
		if err := localdir.WriteFile(path, []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("got %q, %v", got, err)
		}
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("%d files left, %v", len(entries), err)
	}
	if err := localdir.WriteFile(filepath.Join(path, "below"), nil, 0o600); err == nil {
		t.Error("a file below a file was written")
	}
}
