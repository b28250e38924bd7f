// Package sandbox is what loanledger dev has in place of the world: a clock that is moved by hand, and
// a page that shows every message that would have been sent. It is not for production.
package sandbox

import (
	"embed"
	"io/fs"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the goose migrations of the schema sandbox, at the root of the file system.
var Migrations = func() fs.FS {
	sub, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic(err) // only an invalid folder name does that
	}
	return sub
}()
