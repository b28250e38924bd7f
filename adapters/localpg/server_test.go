package localpg_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"loanledger/adapters/localpg"
)

func TestRestartKeepsDataAndURL(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b") // under root, no parent is open to the server's account
	s := start(t, dir)
	for range 2 { // creating a database that exists is no error
		if err := s.EnsureDatabase(t.Context(), "books"); err != nil {
			t.Fatal(err)
		}
	}
	u := s.URL("books")
	execute(t, u, `CREATE TABLE kept (v text)`)
	execute(t, u, `INSERT INTO kept VALUES ('Здравствуй')`)
	stop(t, s)
	select {
	case <-s.Done():
	default:
		t.Error("the server stopped, but Done is open")
	}

	s = start(t, dir)
	if got := s.URL("books"); got != u {
		t.Errorf("URL changed over the restart: %s, then %s", u, got)
	}
	if got := query[string](t, u, `SELECT upper(v) FROM kept`); got != "ЗДРАВСТВУЙ" {
		t.Errorf("kept row is %q", got)
	}
}

func TestServerIsDurableAndInUnicode(t *testing.T) {
	s := startWith(t, localpg.Options{Dir: t.TempDir()})
	for setting, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
		"server_encoding": "UTF8", "timezone": "UTC", "listen_addresses": "127.0.0.1", "password_encryption": "scram-sha-256",
	} {
		if got := query[string](t, s.URL("postgres"), "SHOW "+setting); got != want {
			t.Errorf("%s is %s, want %s", setting, got, want)
		}
	}
	if got := query[bool](t, s.URL("postgres"), `SELECT 'a' COLLATE "default" > 'B' COLLATE "default"`); !got {
		t.Error("text does not sort by code point")
	}
}

func TestVolatileServerDoesNotSync(t *testing.T) {
	s := start(t, t.TempDir())
	if got := query[string](t, s.URL("postgres"), "SHOW fsync"); got != "off" {
		t.Errorf("fsync is %s", got)
	}
}

func TestPasswordIsNeeded(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	u, err := url.Parse(s.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(localpg.Role, "guess")
	conn, err := pgx.Connect(t.Context(), u.String())
	if err == nil {
		conn.Close(t.Context())
		t.Fatal("a wrong password was accepted")
	}
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.Code != "28P01" {
		t.Errorf("want invalid_password, got %v", err)
	}
	open := query[int](t, s.URL("postgres"), `SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'`)
	if open != 0 {
		t.Errorf("%d rules let sessions in without a password", open)
	}
	info, err := os.Stat(filepath.Join(dir, "password"))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("password file has mode %v", info.Mode())
	}
}

func TestLostPasswordIsExplained(t *testing.T) {
	dir := t.TempDir()
	stop(t, start(t, dir))
	if err := os.Remove(filepath.Join(dir, "password")); err != nil {
		t.Fatal(err)
	}
	_, err := localpg.Start(t.Context(), localpg.Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "put the file back") {
		t.Errorf("got %v", err)
	}
}

func TestTakenPortIsReplaced(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	before := s.URL("postgres")
	stop(t, s)
	u, err := url.Parse(before)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp4", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s = start(t, dir)
	if s.URL("postgres") == before {
		t.Error("the URL names a port that belongs to another process")
	}
	if got := query[int](t, s.URL("postgres"), `SELECT 1`); got != 1 {
		t.Errorf("SELECT 1 is %d", got)
	}
}

func TestOtherVersionIsRefusedAndKept(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	execute(t, s.URL("postgres"), `CREATE TABLE kept AS SELECT 7 AS v`)
	stop(t, s)
	versionFile := filepath.Join(dir, "data", "PG_VERSION")
	written, err := os.ReadFile(versionFile)
	if err != nil {
		t.Fatal(err)
	}
	setVersion := func(v string) {
		if err := os.WriteFile(versionFile, []byte(v), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	setVersion("11\n")
	_, err = localpg.Start(t.Context(), localpg.Options{Dir: dir})
	if !errors.Is(err, localpg.ErrVersion) {
		t.Fatalf("want ErrVersion, got %v", err)
	}
	for _, version := range []string{"11", strings.TrimSpace(string(written))} {
		if !strings.Contains(err.Error(), "PostgreSQL "+version) {
			t.Errorf("%v: does not name version %s", err, version)
		}
	}
	setVersion(string(written))
	s = start(t, dir)
	if got := query[int](t, s.URL("postgres"), `SELECT v FROM kept`); got != 7 {
		t.Errorf("kept row is %d", got)
	}
}

func TestStopWithoutTimeRecoversLater(t *testing.T) {
	dir := t.TempDir()
	s, err := localpg.Start(t.Context(), localpg.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	execute(t, s.URL("postgres"), `CREATE TABLE kept AS SELECT 7 AS v`)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	// The server may be faster than the second signal; either way it has
	// ended, and an error says only that it was not the clean way.
	if err := s.Stop(over); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	<-s.Done()
	s = start(t, dir)
	if got := query[int](t, s.URL("postgres"), `SELECT v FROM kept`); got != 7 {
		t.Errorf("kept row is %d", got)
	}
}

func TestNoDirectoryIsRefused(t *testing.T) {
	if _, err := localpg.Start(t.Context(), localpg.Options{}); err == nil {
		t.Error("a server without a directory started")
	}
}
