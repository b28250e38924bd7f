package pgstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"loanledger/eventstore/archive"
)

// RestoreLeaf puts the data of an archived leaf back from its file. The file has to be the one that was
// written then, and to agree with the chain and with what the database has kept of every event. The
// service may run meanwhile, as for ArchiveLeaf.
//
// Errors: ErrNotArchived, ErrArchiving, ErrBroken, archive.ErrDamaged.
func (s *Store) RestoreLeaf(ctx context.Context, path string) (archive.File, error) {
	r, err := archive.OpenFile(path)
	if err != nil {
		return archive.File{}, err
	}
	part := r.Header.Part
	r.Close()
	var file archive.File
	err = s.withLeaf(ctx, part.Book, part.First, func(w *leafWork) error {
		if w.leaf.Archive == "" {
			return ErrNotArchived
		}
		if file, _, err = w.check(ctx, path); err != nil {
			return err
		}
		if !bytes.Equal(file.SHA256, w.leaf.ArchiveSHA256) {
			return fmt.Errorf("%w: another file was written when the leaf was archived", ErrBroken)
		}
		relation := fmt.Sprintf("events_%d_%d", part.Book, part.First)
		if err := w.buildFull(ctx, relation, path); err != nil {
			return err
		}
		return w.replaceTable(ctx, relation, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE ledger.leaves SET relation = $3, archived_at = NULL, archive = NULL, archive_sha256 = NULL
				WHERE book = $1 AND first_position = $2`, int32(part.Book), part.First, relation)
			return err
		})
	})
	if err != nil {
		return archive.File{}, fmt.Errorf("restore positions %d to %d of book %d: %w", part.First, part.Last, part.Book, err)
	}
	return file, nil
}

// buildFull makes a table with all events of the file, and compares it with the slim one.
func (w *leafWork) buildFull(ctx context.Context, relation, path string) error {
	return pgx.BeginFunc(ctx, w.conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `DROP TABLE IF EXISTS ledger.`+relation); err != nil { // of a try that ended early
			return err
		}
		if err := createLeaf(ctx, tx, relation); err != nil {
			return err
		}
		if err := w.copyFile(ctx, tx, relation, path); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, fmt.Sprintf(`ALTER TABLE ledger.%s %s`, relation, w.bounds())); err != nil {
			return err
		}
		var same int64
		err := tx.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM ledger.%s f JOIN ledger.%s s USING (%s)
			WHERE s.data IS NULL OR s.data = f.data AND s.personal IS NOT DISTINCT FROM f.personal`,
			relation, w.leaf.Relation, eventKeys)).Scan(&same)
		if err == nil && same != int64(w.part.Last-w.part.First+1) {
			err = fmt.Errorf("%w: the database has kept something else of %d events than the file", ErrBroken, int64(w.part.Last-w.part.First+1)-same)
		}
		return err
	})
}

var copiedColumns = []string{
	"book", "position", "recorded_at", "stream", "version", "type", "schema", "command", "digest", "actor", "data", "personal",
}

// copyFile loads the events of a file.
func (w *leafWork) copyFile(ctx context.Context, tx pgx.Tx, relation, path string) error {
	r, err := archive.OpenFile(path)
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"ledger", relation}, copiedColumns, pgx.CopyFromFunc(func() ([]any, error) {
		for {
			e, b, err := r.Next()
			switch {
			case errors.Is(err, io.EOF):
				return nil, nil
			case err != nil:
				return nil, err
			case b != nil:
				continue
			}
			return []any{
				int32(e.Book), int64(e.Position), e.RecordedAt, e.Stream, int32(e.Version), e.Type, e.Schema, e.Command,
				e.Digest[:], e.Actor, e.Data, e.Personal,
			}, nil
		}
	}))
	return err
}
