package projections

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// indexing is an index to make, and what has to be done once it is there.
type indexing struct {
	table  tableID
	create string
	then   string // empty for nothing
}

// index makes the indexes that the tables in place have, and the statistics that queries are planned
// by. Several are made at a time, also of one table, since one table has most of the rows.
func (f *fresh) index(ctx context.Context) error {
	f.progress(Progress{Book: f.book, Stage: Indexing, Position: f.p.at, Target: f.p.at})
	var list []indexing
	for _, id := range f.ids {
		indexes, err := f.indexesOf(ctx, id)
		if err != nil {
			return fmt.Errorf("%s: %w", tables[id].name, err)
		}
		list = append(list, indexes...)
	}
	work := make(chan string, 2*len(list)+len(f.ids))
	// What takes longest comes first.
	for _, i := range list {
		if i.table == journalEntries {
			work <- i.create
		}
	}
	for _, id := range slices.Backward(f.ids) {
		work <- `ANALYZE ` + id.partition(f.book, freshSuffix)
	}
	for _, i := range list {
		if i.table != journalEntries {
			work <- i.create
		}
	}
	close(work)
	group, inGroup := errgroup.WithContext(ctx)
	for range loaders() {
		group.Go(func() error { return f.workThrough(inGroup, work) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, f.conn, func(tx pgx.Tx) error {
		for _, i := range list {
			if i.then == "" {
				continue
			}
			if _, err := tx.Exec(ctx, i.then); err != nil {
				return fmt.Errorf("%s: %w", tables[i.table].name, err)
			}
		}
		return nil
	})
}

// indexesOf is the indexes of a table. One that a constraint has is made first, and becomes the
// constraint's afterwards, because adding a constraint would keep everybody else from the table.
func (f *fresh) indexesOf(ctx context.Context, id tableID) ([]indexing, error) {
	rows, err := f.conn.Query(ctx, `
		SELECT pg_get_indexdef(i.indexrelid), i.indisunique, coalesce(c.contype::text, ''), $2::text::regclass::oid
		FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
		WHERE i.indrelid = $1::text::regclass ORDER BY i.indexrelid`, id.parent(), id.partition(f.book, freshSuffix))
	if err != nil {
		return nil, err
	}
	var list []indexing
	var definition, constraint string
	var unique bool
	var made uint32
	table := id.partition(f.book, freshSuffix)
	_, err = pgx.ForEachRow(rows, []any{&definition, &unique, &constraint, &made}, func() error {
		_, what, ok := strings.Cut(definition, " USING ")
		if !ok {
			return fmt.Errorf("an index of an unknown form: %s", definition)
		}
		i := indexing{table: id}
		kind := "INDEX"
		if unique {
			kind = "UNIQUE INDEX"
		}
		name := ""
		if constraint != "" {
			form, known := map[string]string{"p": "PRIMARY KEY", "u": "UNIQUE"}[constraint]
			if !known {
				return fmt.Errorf("a constraint of an unknown form: %s", definition)
			}
			// The table's own number, because the index outlives the next rebuild's beginning.
			name = fmt.Sprintf("%s_%d_%d_key%d", tables[id].name, f.book, made, len(list))
			i.then = fmt.Sprintf(`ALTER TABLE %s ADD %s USING INDEX %s`, table, form, name)
		}
		i.create = fmt.Sprintf(`CREATE %s %s ON %s USING %s`, kind, name, table, what)
		list = append(list, i)
		return nil
	})
	return list, err
}

// workThrough executes statements on a connection of its own. The statistics are of a sample that is
// enough to plan by: a full one would take as long as all the indexes.
func (f *fresh) workThrough(ctx context.Context, statements <-chan string) error {
	conn, err := pgx.ConnectConfig(ctx, f.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, setting := range []string{`SET maintenance_work_mem = '128MB'`, `SET default_statistics_target = 25`, `SET synchronous_commit = off`} {
		if _, err := conn.Exec(ctx, setting); err != nil {
			return err
		}
	}
	for statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
