package localpg

import (
	"context"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
)

// fakeInstallation makes programs that only tell a version.
func fakeInstallation(t *testing.T, bin, says string) string {
	t.Helper()
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"initdb", "postgres"} {
		script := "#!/bin/sh\necho '" + says + "'\n"
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

func usePlaces(t *testing.T, packages, homebrew []string) {
	t.Helper()
	oldPackages, oldHomebrew := packagePlaces, homebrewPlaces
	packagePlaces, homebrewPlaces = packages, homebrew
	t.Cleanup(func() { packagePlaces, homebrewPlaces = oldPackages, oldHomebrew })
}

func TestInstallationsInOrder(t *testing.T) {
	dir := t.TempDir()
	usePlaces(t, []string{filepath.Join(dir, "lib/*/bin")}, []string{filepath.Join(dir, "brew/postgresql*/bin")})
	old := fakeInstallation(t, filepath.Join(dir, "lib/9/bin"), "postgres (PostgreSQL) 9.6.24")
	newest := fakeInstallation(t, filepath.Join(dir, "lib/17/bin"), "postgres (PostgreSQL) 17.2 (Debian 17.2-1)")
	onPath := fakeInstallation(t, filepath.Join(dir, "path"), "postgres (PostgreSQL) 16rc1")
	brewed := fakeInstallation(t, filepath.Join(dir, "brew/postgresql@18/bin"), "postgres (PostgreSQL) 18.0")
	fakeInstallation(t, filepath.Join(dir, "lib/18/bin"), "something else")
	named := fakeInstallation(t, filepath.Join(dir, "named"), "postgres (PostgreSQL) 15.18")

	check := func(pgBin string, want ...string) {
		t.Helper()
		found, err := findInstallations(pgBin, "relative:"+filepath.Join(dir, "missing")+":"+onPath)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, in := range found {
			got = append(got, in.bin)
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("PG_BIN=%q: got %v, want %v", pgBin, got, want)
		}
	}
	check("", newest, old, onPath, brewed)
	check(named, named)
}

func TestMissingInstallationIsExplained(t *testing.T) {
	usePlaces(t, nil, nil)
	for _, pgBin := range []string{"", t.TempDir(), "relative"} {
		if _, err := findInstallations(pgBin, "/nonexistent"); !errors.Is(err, ErrNoBinaries) {
			t.Errorf("PG_BIN=%q: want ErrNoBinaries, got %v", pgBin, err)
		}
	}
}

func TestExistingDataChooseTheirVersion(t *testing.T) {
	found := []installation{{bin: "/a", major: 17}, {bin: "/b", major: 15}}
	data := t.TempDir()
	if in, err := chooseInstallation(found, data); err != nil || in.major != 17 {
		t.Errorf("new cluster: %v, %v", in, err)
	}
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if in, err := chooseInstallation(found, data); err != nil || in.bin != "/b" {
		t.Errorf("cluster of version 15: %v, %v", in, err)
	}
}

func TestAccountForRootAndOthers(t *testing.T) {
	known := func(names map[string]string) func(string) (*user.User, error) {
		return func(name string) (*user.User, error) {
			if id, ok := names[name]; ok {
				return &user.User{Username: name, Uid: id, Gid: id}, nil
			}
			return nil, user.UnknownUserError(name)
		}
	}
	both := known(map[string]string{"postgres": "101", "nobody": "65534"})
	if a, err := accountFor(1000, 1000, both); err != nil || a.switched || a.credential() != nil {
		t.Errorf("ordinary account: %+v, %v", a, err)
	}
	if a, err := accountFor(0, 0, both); err != nil || a.name != "postgres" || a.uid != 101 || a.credential().Uid != 101 {
		t.Errorf("root with postgres: %+v, %v", a, err)
	}
	if a, err := accountFor(0, 0, known(map[string]string{"nobody": "65534"})); err != nil || a.name != "nobody" {
		t.Errorf("root without postgres: %+v, %v", a, err)
	}
	if a, err := accountFor(0, 0, known(map[string]string{"postgres": "0"})); err == nil {
		t.Errorf("root took %+v", a)
	}
}

// An owner that dies without a death signal leaves a server behind: the lock
// is free, the server is not.
func TestOrphanIsEnded(t *testing.T) {
	dir := t.TempDir()
	orphan, err := Start(t.Context(), Options{Dir: dir, Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := orphan.dir.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Start(t.Context(), Options{Dir: dir, Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop(context.Background())
	<-orphan.Done()
	if orphan.postmaster.err != nil {
		t.Errorf("the orphan did not shut down cleanly: %v", orphan.postmaster.err)
	}
}

func TestInterruptedInitdbIsRepeated(t *testing.T) {
	dir := t.TempDir()
	half := filepath.Join(dir, "data.new")
	if err := os.MkdirAll(filepath.Join(half, "base"), 0o700); err != nil {
		t.Fatal(err)
	}
	s, err := Start(t.Context(), Options{Dir: dir, Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("half a cluster is still there: %v", err)
	}
}

func TestForeignSocketDirectoryIsRefused(t *testing.T) {
	who, err := serverAccount()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path, err := socketDirectory(dir, who)
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(path)
	if again, err := socketDirectory(dir, who); err != nil || again != path {
		t.Errorf("own directory: %s, %v", again, err)
	}
	if len(path)+len("/.s.PGSQL.65535.lock") > 103 {
		t.Errorf("%s is too long for a socket", path)
	}
	if err := os.Chmod(path, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := socketDirectory(dir, who); err == nil {
		t.Error("a directory open to everyone was accepted")
	}
}
