package pgstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"loanledger/eventstore"
)

// Leaf is a part of a book that has a table of its own: the positions First to Last, of which those
// up to the book's end are there.
type Leaf struct {
	First, Last   eventstore.Position
	Relation      string    // its table in the schema ledger
	FullAt        time.Time // when its last event was recorded; zero while it is not full
	ArchivedAt    time.Time // zero where all of its data is in the database
	Archive       string    // the name of its file, where it was archived
	ArchiveSHA256 []byte    // the digest that the file ends with
}

// Leaves lists the leaves of a book, in order. The last ones may be empty.
func (s *Store) Leaves(ctx context.Context, book eventstore.Book) ([]Leaf, error) {
	rows, err := s.pool.Query(ctx, `SELECT l.first_position, l.last_position, l.relation, l.archived_at, coalesce(l.archive, ''), l.archive_sha256,
		(SELECT b.recorded_at FROM ledger.batches b WHERE b.book = l.book AND b.last_position >= l.last_position ORDER BY b.last_position LIMIT 1)
		FROM ledger.leaves l WHERE l.book = $1 ORDER BY l.first_position`, book)
	if err != nil {
		return nil, err
	}
	leaves, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Leaf, error) {
		var l Leaf
		var archivedAt, fullAt *time.Time
		err := row.Scan(&l.First, &l.Last, &l.Relation, &archivedAt, &l.Archive, &l.ArchiveSHA256, &fullAt)
		if fullAt != nil {
			l.FullAt = fullAt.UTC()
		}
		if archivedAt != nil {
			l.ArchivedAt = archivedAt.UTC()
		}
		return l, err
	})
	if err == nil && len(leaves) == 0 {
		err = eventstore.ErrUnknownBook
	}
	if err != nil {
		return nil, fmt.Errorf("leaves of book %d: %w", book, err)
	}
	return leaves, nil
}

// addLeaf makes the next leaf of a book, unless there is one with a position already. It has a connection
// of its own: those of the pool may all be waiting for the append that needs the leaf. While connections
// break, it tries again until the context ends.
func (s *Store) addLeaf(ctx context.Context, book eventstore.Book, position eventstore.Position) error {
	for wait := 5 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		err := s.tryLeaf(ctx, book, position)
		if err == nil {
			return nil
		}
		if !broke(err) || sleep(ctx, wait) != nil {
			return fmt.Errorf("a leaf for book %d: %w", book, err)
		}
	}
}

// nextLeaf makes the leaf of a book's next position, where it is missing.
func (s *Store) nextLeaf(ctx context.Context, book eventstore.Book) error {
	head, err := s.Head(ctx, book)
	if err != nil {
		return err
	}
	return s.addLeaf(ctx, book, head.Position+1)
}

func (s *Store) tryLeaf(ctx context.Context, book eventstore.Book, position eventstore.Position) error {
	conn, err := pgx.ConnectConfig(ctx, s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, 0)`, lockSpace); err != nil {
			return err
		}
		return addLeafIn(ctx, tx, book, position)
	})
}

// addLeafIn is for who holds the lock of the opening of books. A leaf for a position that is farther
// off than leaves are large is as large as that takes, so that no batch needs two new ones.
func addLeafIn(ctx context.Context, tx pgx.Tx, book eventstore.Book, position eventstore.Position) error {
	var last, events eventstore.Position
	err := tx.QueryRow(ctx, `SELECT coalesce((SELECT max(last_position) FROM ledger.leaves WHERE book = $1), 0), leaf_events
		FROM ledger.books WHERE book = $1`, book).Scan(&last, &events)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return eventstore.ErrUnknownBook
	case err != nil || last >= position:
		return err
	}
	first, last := last+1, max(last+events, position)
	relation := fmt.Sprintf("events_%d_%d", book, first)
	if err := createLeaf(ctx, tx, relation); err != nil {
		return err
	}
	if err := attachLeaf(ctx, tx, book, relation, first, last); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO ledger.leaves (book, first_position, last_position, relation) VALUES ($1, $2, $3, $4)`,
		book, first, last, relation)
	return err
}

// createLeaf makes the table of a leaf in which all data is there.
func createLeaf(ctx context.Context, tx pgx.Tx, relation string) error {
	for _, statement := range []string{
		fmt.Sprintf(`CREATE TABLE ledger.%s (LIKE ledger.events INCLUDING ALL)`, relation),
		fmt.Sprintf(`ALTER TABLE ledger.%s ALTER COLUMN data SET NOT NULL, ADD UNIQUE (stream, version)`, relation),
	} {
		if _, err := tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// attachLeaf gives a table its positions. Attaching one that is there already takes a weaker lock than
// creating a partition, so that appends and reads go on meanwhile.
func attachLeaf(ctx context.Context, tx pgx.Tx, book eventstore.Book, relation string, first, last eventstore.Position) error {
	_, err := tx.Exec(ctx, fmt.Sprintf(`ALTER TABLE ledger.events ATTACH PARTITION ledger.%[2]s FOR VALUES FROM (%[1]d, %[3]d) TO (%[1]d, %[4]d)`,
		book, relation, first, last+1))
	return err
}
