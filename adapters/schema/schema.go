// Package schema brings a database to the tables this program needs, and tells
// how far a database is.
//
// Every part of the program that has tables brings a set of goose migrations.
// A set counts its versions in a table of its own, public.schema_<name>, so
// that sets grow independently.
package schema

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver goose works through
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Set is the migrations of one part of the program.
type Set struct {
	// Name is part of the name of the set's version table: lower-case letters,
	// digits and underscores, a letter first, at most 40 bytes. It must never
	// change.
	Name string

	// FS holds the goose files (00001_subject.sql, …) at its root.
	fs.FS
}

var validName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// Migrate applies what is missing of each set, in the order of the sets.
// Processes that migrate the same database at the same time wait for each
// other, for five minutes at most. A migration that fails leaves its set at the
// version before; running Migrate again goes on from there.
func Migrate(ctx context.Context, url string, sets ...Set) error {
	db, err := open(url)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, set := range sets {
		if err := migrate(ctx, db, set); err != nil {
			return fmt.Errorf("schema: set %s: %w", set.Name, err)
		}
	}
	return nil
}

func migrate(ctx context.Context, db *sql.DB, set Set) error {
	const everySecond, fiveMinutes = 1, 300
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(everySecond, fiveMinutes))
	if err != nil {
		return err
	}
	provider, err := set.provider(db, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	var partial *goose.PartialError
	if errors.As(err, &partial) && partial.Failed != nil && partial.Failed.Source != nil {
		return fmt.Errorf("%s: %w", path.Base(partial.Failed.Source.Path), err)
	}
	return err
}

func open(url string) (*sql.DB, error) {
	db, err := sql.Open("pgx", url)
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return db, nil
}

func (s Set) provider(db *sql.DB, more ...goose.ProviderOption) (*goose.Provider, error) {
	if !validName.MatchString(s.Name) {
		return nil, fmt.Errorf("%q is not a name of a set", s.Name)
	}
	options := append([]goose.ProviderOption{
		goose.WithTableName(s.table()),
		goose.WithLogger(goose.NopLogger()),
		goose.WithDisableGlobalRegistry(true),
	}, more...)
	p, err := goose.NewProvider(goose.DialectPostgres, db, s.FS, options...)
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil, fmt.Errorf("no migrations at the root of its file system: %w", err)
	}
	return p, err
}

func (s Set) table() string { return "public.schema_" + s.Name }
