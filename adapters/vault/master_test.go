package vault_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"loanledger/adapters/vault"
)

// testMaster is a master key of 32 equal bytes.
func testMaster(t testing.TB, b byte) vault.Master {
	t.Helper()
	m, err := vault.ParseMaster(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestParseMaster(t *testing.T) {
	raw := bytes.Repeat([]byte{0xfb, 0xff}, 16) // shows all the letters in which the alphabets differ
	for name, text := range map[string]string{
		"standard":   base64.StdEncoding.EncodeToString(raw),
		"unpadded":   base64.RawStdEncoding.EncodeToString(raw),
		"for URLs":   base64.URLEncoding.EncodeToString(raw),
		"with space": "  " + base64.StdEncoding.EncodeToString(raw) + "\r\n",
	} {
		m, err := vault.ParseMaster(text)
		if err != nil || m.Text() != base64.StdEncoding.EncodeToString(raw) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := base64.StdEncoding.EncodeToString(raw)
	for name, text := range map[string]string{
		"empty":         "",
		"31 bytes":      base64.StdEncoding.EncodeToString(raw[:31]),
		"33 bytes":      base64.StdEncoding.EncodeToString(append(raw, 1)),
		"24 bytes":      base64.StdEncoding.EncodeToString(raw[:24]),
		"hexadecimal":   strings.Repeat("fbff", 16),
		"two lines":     good[:22] + "\n" + good[22:],
		"another sign":  "!" + good[1:],
		"loose end":     good[:42] + "9=", // its last letter has bits that no byte needs
		"raw bytes":     string(raw),
		"two keys":      good + good,
		"inner padding": good[:20] + "=" + good[20:],
	} {
		_, err := vault.ParseMaster(text)
		if !errors.Is(err, vault.ErrMasterText) {
			t.Errorf("%s: %v", name, err)
		} else if text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%s: the error quotes the key: %v", name, err)
		}
	}
}

func TestMasterIsNeverPrinted(t *testing.T) {
	m := testMaster(t, 0x41)
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "m", m, "p", &m, "in", struct{ M vault.Master }{m})
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "m", m, "p", &m, "in", struct{ M vault.Master }{m})
	fmt.Fprintf(&out, "%v %+v %#v %s %q %x %d %v %v", m, m, m, m, m, m, m, &m, []vault.Master{m})
	for _, secret := range []string{m.Text(), "AAAA", "4141", "65 65", "0x41"} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%q was printed: %s", secret, out.String())
		}
	}
}

func TestCreateMasterThenLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	if _, err := vault.LoadMaster(path); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("no file: %v", err)
	}
	made, err := vault.CreateMaster(path)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := vault.CreateMaster(path); err != nil || again != made {
		t.Errorf("making it again is not the same key: %v", err)
	}
	if loaded, err := vault.LoadMaster(path); err != nil || loaded != made {
		t.Errorf("the loaded key is not the one that was made: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(files) != 1 {
		t.Errorf("%v beside the key, %v", files, err)
	}
	if other, err := vault.CreateMaster(path + "2"); err != nil || other == made {
		t.Errorf("two files have one key: %v", err)
	}
}

func TestCreateMasterByManyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	made := make([]vault.Master, 16)
	var group sync.WaitGroup
	for i := range made {
		group.Go(func() {
			m, err := vault.CreateMaster(path)
			if err != nil {
				t.Error(err)
			}
			made[i] = m
		})
	}
	group.Wait()
	for _, m := range made {
		if m != made[0] {
			t.Fatal("two callers have different keys")
		}
	}
}

func TestMasterFilesThatAreRefused(t *testing.T) {
	good := testMaster(t, 7).Text()
	for _, c := range []struct {
		name, text string
		mode       fs.FileMode
		want       error
	}{
		{"owner may read", good, 0o400, nil},
		{"owner may write", good + "\n", 0o600, nil},
		{"group may read", good, 0o640, vault.ErrMasterOpen},
		{"anyone may read", good, 0o604, vault.ErrMasterOpen},
		{"anyone may write", good, 0o602, vault.ErrMasterOpen},
		{"empty", "", 0o600, vault.ErrMasterText},
		{"cut", good[:40], 0o600, vault.ErrMasterText},
		{"long", strings.Repeat(good, 100), 0o600, vault.ErrMasterText},
	} {
		path := filepath.Join(t.TempDir(), "master.key")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := vault.LoadMaster(path); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if c.want == nil {
			continue
		}
		// A file that is there is never replaced, however wrong it is.
		if _, err := vault.CreateMaster(path); !errors.Is(err, c.want) {
			t.Errorf("%s: making a key: %v, want %v", c.name, err, c.want)
		}
		if kept, err := os.ReadFile(path); err != nil || string(kept) != c.text {
			t.Errorf("%s: the file was changed: %v", c.name, err)
		}
	}
}

func FuzzParseMaster(f *testing.F) {
	f.Add(base64.StdEncoding.EncodeToString(make([]byte, 32)))
	f.Add("")
	f.Add("====")
	f.Add("-_-_\n")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := vault.ParseMaster(text)
		if err != nil {
			if !errors.Is(err, vault.ErrMasterText) {
				t.Fatal(err)
			}
			return
		}
		if again, err := vault.ParseMaster(m.Text()); err != nil || again != m {
			t.Fatalf("%q is not read back: %v", text, err)
		}
	})
}
