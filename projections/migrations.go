package projections

import (
	"embed"
	"io/fs"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrations is the goose migrations of the schema reporting, at the root of the file system.
var Migrations = func() fs.FS {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic("projections: " + err.Error()) // the directory is embedded above
	}
	return files
}()
