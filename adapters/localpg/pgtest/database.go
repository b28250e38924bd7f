// Package pgtest gives tests real PostgreSQL databases. It is for tests only.
//
// All test processes of one user share one server, started by the first and
// ended after the last: a run of go test over many packages pays for one. The
// server does not sync its files, so that what needs durability, or kills the
// server, takes one of its own with Server.
package pgtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"loanledger/adapters/schema"
)

// Database answers the URL of a new database on the shared server, with the
// migration sets applied. It is dropped when the test ends, with all sessions
// that are left. A set is a file system with goose files at its root; where it
// is a schema.Set it keeps its name, else it is named by its place (set1, …).
func Database(t testing.TB, sets ...fs.FS) string {
	t.Helper()
	server, err := join()
	if err != nil {
		t.Fatalf("pgtest: the shared server: %v", err)
	}
	name, err := server.create(sets)
	if err != nil {
		t.Fatalf("pgtest: a new database: %v", err)
	}
	t.Cleanup(func() {
		if err := server.drop(name); err != nil {
			t.Errorf("pgtest: drop %s: %v", name, err)
		}
	})
	return server.url(name)
}

// sharedServer is the address of the shared server: a URL without the name of
// a database.
type sharedServer string

func (s sharedServer) url(database string) string {
	return strings.Replace(string(s), "/?", "/"+database+"?", 1)
}

// patience bounds a step that waits for the server, so that a test fails with
// a reason and not by its own time limit.
const patience = 2 * time.Minute

func (s sharedServer) create(sets []fs.FS) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	admin, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return "", err
	}
	defer admin.Close(context.WithoutCancel(ctx))
	template := "template0"
	if len(sets) > 0 {
		if template, err = s.template(ctx, admin, named(sets)); err != nil {
			return "", err
		}
	}
	name := "test_" + strings.ToLower(rand.Text()[:16])
	_, err = admin.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template)
	return name, err
}

func (s sharedServer) drop(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	admin, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return err
	}
	_, err = admin.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
	return errors.Join(err, admin.Close(ctx))
}

// template answers the name of a database with the sets applied, and makes it
// where no test did so before. A template without the mark of one was left
// half-made by a process that died.
func (s sharedServer) template(ctx context.Context, admin *pgx.Conn, sets []schema.Set) (string, error) {
	digest, err := digestOf(sets)
	if err != nil {
		return "", err
	}
	name := "template_" + hex.EncodeToString(digest[:12])
	lock := int64(binary.BigEndian.Uint64(digest[:8]))
	if _, err := admin.Exec(ctx, `SELECT pg_advisory_lock($1)`, lock); err != nil {
		return "", err
	}
	// The session, and with it the lock, ends with the caller's connection.
	var complete bool
	err = admin.QueryRow(ctx, `SELECT datistemplate FROM pg_database WHERE datname = $1`, name).Scan(&complete)
	if complete || err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return name, errors.Join(err, unlock(ctx, admin, lock))
	}
	for _, sql := range []string{
		"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)",
		"CREATE DATABASE " + name + " TEMPLATE template0",
	} {
		if _, err := admin.Exec(ctx, sql); err != nil {
			return "", err
		}
	}
	if err := schema.Migrate(ctx, s.url(name), sets...); err != nil {
		return "", err
	}
	if _, err := admin.Exec(ctx, "ALTER DATABASE "+name+" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false"); err != nil {
		return "", err
	}
	return name, unlock(ctx, admin, lock)
}

func unlock(ctx context.Context, admin *pgx.Conn, lock int64) error {
	_, err := admin.Exec(ctx, `SELECT pg_advisory_unlock($1)`, lock)
	return err
}

func named(sets []fs.FS) []schema.Set {
	out := make([]schema.Set, len(sets))
	for i, files := range sets {
		set, ok := files.(schema.Set)
		if !ok {
			set = schema.Set{Name: fmt.Sprintf("set%d", i+1), FS: files}
		}
		out[i] = set
	}
	return out
}

// digestOf covers the names of the sets, and the names and bytes of all files.
func digestOf(sets []schema.Set) ([sha256.Size]byte, error) {
	h := sha256.New()
	for _, set := range sets {
		fmt.Fprintf(h, "set %q\n", set.Name)
		err := fs.WalkDir(set.FS, ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			content, err := fs.ReadFile(set.FS, path)
			if err != nil {
				return err
			}
			fmt.Fprintf(h, "file %q %d\n", path, len(content))
			h.Write(content)
			return nil
		})
		if err != nil {
			return [sha256.Size]byte{}, fmt.Errorf("read set %s: %w", set.Name, err)
		}
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}
