package access_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"loanledger/adapters/access"
)

func appendTo(t testing.TB, path string, e access.Entry) {
	t.Helper()
	if err := access.Append(path, e); err != nil {
		t.Fatal(err)
	}
}

func TestAppendKeepsTheRest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	secrets := map[string]string{}
	for _, name := range []string{"one", "two", "three"} {
		secret, e := newToken(t, access.Service, name, "*")
		appendTo(t, path, e)
		secrets[name] = secret
	}
	tokens, err := access.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range secrets {
		if p, ok := tokens.Authenticate(secret); !ok || p.Name != name {
			t.Errorf("%s: %+v, %v", name, p, ok)
		}
		if text, err := os.ReadFile(path); err != nil || strings.Contains(string(text), secret[6:]) {
			t.Errorf("%s: the file has the secret, or %v", name, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
		t.Errorf("%v beside the token file, %v", files, err)
	}
}

func TestAppendThatIsRefusedChangesNothing(t *testing.T) {
	_, first := newToken(t, access.Service, "one", "*")
	_, second := newToken(t, access.Service, "two", "*")
	_, sameName := newToken(t, access.Auditor, "one", "*")
	unknown, sameHash := second, second
	unknown.Role, sameHash.SHA256 = "root", first.SHA256
	path := filepath.Join(t.TempDir(), "tokens.json")
	if err := access.Append(path, unknown); !errors.Is(err, access.ErrUnknownRole) {
		t.Errorf("unknown role: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a refused entry made a file: %v", err)
	}
	appendTo(t, path, first)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for e, want := range map[*access.Entry]error{
		&sameName: access.ErrDuplicate, &sameHash: access.ErrDuplicate, &unknown: access.ErrUnknownRole,
	} {
		if err := access.Append(path, *e); !errors.Is(err, want) {
			t.Errorf("%+v: %v", *e, err)
		}
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed: %v", err)
	}
}

func TestAppendByManyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	const many = 20
	secrets := make([]string, many)
	var group sync.WaitGroup
	for i := range many {
		secret, e := newToken(t, access.Service, fmt.Sprint("token", i), "*")
		secrets[i] = secret
		group.Go(func() {
			if err := access.Append(path, e); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	tokens, err := access.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for i, secret := range secrets {
		if p, ok := tokens.Authenticate(secret); !ok || p.Name != fmt.Sprint("token", i) {
			t.Errorf("token %d: %+v, %v", i, p, ok)
		}
	}
}

const hash = `"0000000000000000000000000000000000000000000000000000000000000000"`

func TestFilesThatAreRefused(t *testing.T) {
	good := `{"name": "a", "role": "service", "lenders": ["*"], "sha256": ` + hash + `}`
	for _, c := range []struct {
		name, text string
		mode       fs.FileMode
		want       error
	}{
		{"good", `{"tokens": [` + good + `]}`, 0o600, nil},
		{"readable by all", `{"tokens": [` + good + `]}`, 0o644, nil},
		{"none yet", `{"tokens": []}`, 0o600, nil},
		{"group may write", `{"tokens": [` + good + `]}`, 0o660, access.ErrWritable},
		{"all may write", `{"tokens": [` + good + `]}`, 0o602, access.ErrWritable},
		{"empty", ``, 0o600, access.ErrFile},
		{"no tokens", `{}`, 0o600, access.ErrFile},
		{"null", `null`, 0o600, access.ErrFile},
		{"a list", `[` + good + `]`, 0o600, access.ErrFile},
		{"cut", `{"tokens": [` + good, 0o600, access.ErrFile},
		{"two documents", `{"tokens": []} {"tokens": []}`, 0o600, access.ErrFile},
		{"another field", `{"tokens": [], "version": 1}`, 0o600, access.ErrFile},
		{"misspelt field", `{"tokens": [{"nam": "a"}]}`, 0o600, access.ErrFile},
		{"twice", `{"tokens": [` + good + `,` + good + `]}`, 0o600, access.ErrDuplicate},
		{"unknown role", `{"tokens": [` + strings.Replace(good, "service", "root", 1) + `]}`, 0o600, access.ErrUnknownRole},
		{"no lenders", `{"tokens": [` + strings.Replace(good, `"*"`, "", 1) + `]}`, 0o600, access.ErrLenders},
		{"short hash", `{"tokens": [` + strings.Replace(good, "00", "", 1) + `]}`, 0o600, access.ErrHash},
		{"too long", `{"tokens": []` + strings.Repeat(" ", 4<<20) + `}`, 0o600, access.ErrFile},
	} {
		path := filepath.Join(t.TempDir(), "tokens.json")
		put(t, path, c.text)
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		tokens, err := access.Load(path)
		if !errors.Is(err, c.want) || (tokens == nil) != (err != nil) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := access.Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// put writes a file in place, as an editor may.
func put(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func FuzzTokenFile(f *testing.F) {
	f.Add([]byte(`{"tokens": [{"name": "a", "role": "service", "lenders": ["*"], "sha256": ` + hash + `}]}`))
	f.Add([]byte(`{"tokens": [{"name": "a", "role": "analyst", "lenders": ["x", "y"], "sha256": ` + hash + `}]}`))
	f.Add([]byte(`{"tokens": []}`))
	f.Add([]byte(`{}`))
	f.Add([]byte(``))
	f.Fuzz(func(t *testing.T, text []byte) {
		err, rereadErr := access.Reread(text)
		if rereadErr != nil {
			t.Fatalf("%q is read, and not what is written of it: %v", text, rereadErr)
		}
		if err == nil {
			return
		}
		for _, known := range []error{access.ErrFile, access.ErrName, access.ErrUnknownRole, access.ErrLenders, access.ErrHash, access.ErrDuplicate} {
			if errors.Is(err, known) {
				return
			}
		}
		t.Fatalf("%q: %v", text, err)
	})
}
