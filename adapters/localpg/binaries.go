package localpg

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ErrNoBinaries says that no PostgreSQL server was found on this machine.
var ErrNoBinaries = errors.New("no PostgreSQL server binaries found")

// ErrVersion says that the data were written by a major version of PostgreSQL
// that is not installed.
var ErrVersion = errors.New("the data belong to another PostgreSQL version")

// installation is a directory that holds initdb and postgres.
type installation struct {
	bin   string
	major int
}

// searchPlaces are the patterns of directories where packages put the server:
// Debian and Ubuntu, the PGDG packages of Fedora and its relatives, Homebrew on
// Apple silicon, Intel and Linux. PATH comes between the first and the last.
var (
	packagePlaces  = []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"}
	homebrewPlaces = []string{
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	}
)

// findInstallations lists the usable installations, best first: only PG_BIN
// where that is set; else packages newest first, then PATH, then Homebrew.
func findInstallations(pgBin, path string) ([]installation, error) {
	if pgBin != "" {
		in, err := inspect(pgBin)
		if err != nil {
			return nil, fmt.Errorf("localpg: PG_BIN=%s: %w: %w", pgBin, ErrNoBinaries, err)
		}
		return []installation{in}, nil
	}
	var found []installation
	found = append(found, newestFirst(packagePlaces)...)
	for _, dir := range filepath.SplitList(path) {
		if in, err := inspect(dir); err == nil {
			found = append(found, in)
		}
	}
	found = append(found, newestFirst(homebrewPlaces)...)
	if len(found) == 0 {
		return nil, fmt.Errorf("localpg: %w in %s, PATH or Homebrew: install the package postgresql, or name a directory in PG_BIN",
			ErrNoBinaries, strings.Join(packagePlaces, ", "))
	}
	return found, nil
}

func newestFirst(patterns []string) []installation {
	var found []installation
	for _, pattern := range patterns {
		// The patterns are constants, so the only error of Glob cannot happen.
		dirs, _ := filepath.Glob(pattern)
		for _, dir := range dirs {
			if in, err := inspect(dir); err == nil {
				found = append(found, in)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b installation) int { return cmp.Compare(b.major, a.major) })
	return found
}

// versionLine matches "postgres (PostgreSQL) 15.18 (Debian …)", also of a beta.
var versionLine = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

func inspect(bin string) (installation, error) {
	if !filepath.IsAbs(bin) {
		return installation{}, fmt.Errorf("%s is not an absolute path", bin)
	}
	if _, err := exec.LookPath(filepath.Join(bin, "initdb")); err != nil {
		return installation{}, err
	}
	out, err := exec.Command(filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return installation{}, fmt.Errorf("%s --version: %w", filepath.Join(bin, "postgres"), err)
	}
	m := versionLine.FindSubmatch(out)
	if m == nil {
		return installation{}, fmt.Errorf("%s --version says %q", filepath.Join(bin, "postgres"), out)
	}
	major, err := strconv.Atoi(string(m[1]))
	if err != nil {
		return installation{}, fmt.Errorf("version of %s: %w", bin, err)
	}
	return installation{bin: bin, major: major}, nil
}

// chooseInstallation takes the best installation for a new cluster, and for an
// existing one the best of the major version that wrote it: PostgreSQL reads
// the files of no other.
func chooseInstallation(found []installation, data string) (installation, error) {
	text, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return found[0], nil
	}
	if err != nil {
		return installation{}, fmt.Errorf("localpg: %w", err)
	}
	written := strings.TrimSpace(string(text))
	var installed []string
	for _, in := range found {
		if strconv.Itoa(in.major) == written {
			return in, nil
		}
		installed = append(installed, fmt.Sprintf("%d in %s", in.major, in.bin))
	}
	return installation{}, fmt.Errorf("localpg: %w: %s holds a PostgreSQL %s database, installed is PostgreSQL %s; install version %s, or use another directory",
		ErrVersion, data, written, strings.Join(installed, ", "), written)
}
