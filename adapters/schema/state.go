package schema

import (
	"context"
	"database/sql"
	"fmt"
	"path"
)

// State is how far one set is in a database.
type State struct {
	Set string

	// Applied is the highest version the database has, 0 for none. Above
	// Latest, a newer program has migrated the database.
	Applied int64

	// Latest is the highest version this program brings.
	Latest int64

	// Pending are the file names of the migrations that are not applied.
	Pending []string
}

// Status tells how far each set is. It changes nothing, waits for no migration
// that is under way, and also works where nothing was ever migrated.
func Status(ctx context.Context, url string, sets ...Set) ([]State, error) {
	db, err := open(url)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	states := make([]State, 0, len(sets))
	for _, set := range sets {
		state, err := set.state(ctx, db)
		if err != nil {
			return nil, fmt.Errorf("schema: set %s: %w", set.Name, err)
		}
		states = append(states, state)
	}
	return states, nil
}

func (s Set) state(ctx context.Context, db *sql.DB) (State, error) {
	provider, err := s.provider(db)
	if err != nil {
		return State{}, err
	}
	applied, err := s.applied(ctx, db)
	if err != nil {
		return State{}, err
	}
	state := State{Set: s.Name}
	for version := range applied {
		state.Applied = max(state.Applied, version)
	}
	for _, source := range provider.ListSources() {
		state.Latest = max(state.Latest, source.Version)
		if !applied[source.Version] {
			state.Pending = append(state.Pending, path.Base(source.Path))
		}
	}
	return state, nil
}

// applied reads the version table itself, because goose makes that table on
// every look at it.
func (s Set) applied(ctx context.Context, db *sql.DB) (map[int64]bool, error) {
	var exists bool
	if err := db.QueryRowContext(ctx, `SELECT to_regclass($1) IS NOT NULL`, s.table()).Scan(&exists); err != nil || !exists {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT version_id FROM `+s.table()+` WHERE is_applied`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	applied := map[int64]bool{}
	for rows.Next() {
		var version int64
		if err := rows.Scan(&version); err != nil {
			return nil, err
		}
		applied[version] = true
	}
	return applied, rows.Err()
}
