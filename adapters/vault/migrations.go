package vault

import (
	"embed"
	"io/fs"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations is the vault's goose migrations, at the root of the file system.
var Migrations = func() fs.FS {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic("vault: " + err.Error()) // the directory is embedded above
	}
	return files
}()
