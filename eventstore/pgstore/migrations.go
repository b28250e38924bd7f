package pgstore

import (
	"embed"
	"io/fs"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations are the goose migrations of the schema ledger, at the root of the file system.
var Migrations = mustSub(migrationFiles, "migrations")

func mustSub(files fs.FS, folder string) fs.FS {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		panic(err) // only an invalid folder name does that
	}
	return sub
}
