package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/eventstore"
	"loanledger/eventstore/archive"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func (t *terminal) archive() *cobra.Command {
	c := &cobra.Command{
		Use:   "archive",
		Short: "Move old data of the log to files",
		Long: `Writes old leaves of a lender's log, whole, to files: one for each, JSON lines in gzip. Once a file was
read back and agrees with the log's chain, the data of loans whose life has ended, with no event after the
leaf, is removed from the database. Everything else of every event stays there: positions, versions,
commands and digests, so that nothing can happen twice, and what is not archived is not slower.

A leaf is archived when it is full and everybody who follows the log has passed it. Reading archived data is
refused with the code "archived"; verify, rebuild and replay read it with --archive. Keep the files as
you keep the database: they are part of the log. The service may run meanwhile.`,
		Example: `  loanledger archive --lender smartcash --before 2024-01-01 --archive /backup/ledger
  loanledger archive list --lender smartcash
  loanledger archive restore --file /backup/ledger/book-00001-positions-000000000001-000001048576.jsonl.gz`,
		Args: noArguments,
	}
	var w archiving
	c.Flags().StringVar(&w.lender, "lender", "", "the lender's code")
	c.Flags().Uint16Var(&w.book, "book", 0, "only this book of the lender")
	before := c.Flags().String("before", "", "archive what was recorded before this date, of loans that had ended then")
	c.Flags().Int64Var(&w.through, "through", 0, "archive leaves up to this position")
	c.Flags().StringVar(&w.dir, "archive", "", "folder for the files")
	c.MarkFlagsMutuallyExclusive("before", "through")
	cfg := configured(c, "database", "dir")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if w.lender == "" || w.dir == "" || *before == "" && w.through < 1 {
			return usageError{errors.New("--lender, --archive, and one of --before and --through are needed")}
		}
		if *before != "" {
			on, err := date.Parse(*before)
			if err != nil {
				return usageError{fmt.Errorf("--before: %w", err)}
			}
			w.before = on
		}
		return withLog(c.Context(), cfg, func(a *app) error {
			w.terminal, w.app = t, a
			return w.run(c.Context())
		})
	}
	c.AddCommand(t.archiveList(), t.archiveRestore())
	return c
}

// archiving is a run of archive.
type archiving struct {
	*terminal
	*app
	lender, dir string
	book        uint16
	before      date.Date
	through     int64
}

// archivedLeaf is a line of the answer.
type archivedLeaf struct {
	Book       eventstore.Book     `json:"book"`
	First      eventstore.Position `json:"first"`
	Last       eventstore.Position `json:"last"`
	File       string              `json:"file"`
	Bytes      int64               `json:"bytes"`
	Streams    int64               `json:"streams"`
	Ended      int64               `json:"streams_archived"`
	SHA256     string              `json:"sha256"`
	ArchivedAt *time.Time          `json:"archived_at,omitempty"`
}

func (w *archiving) run(ctx context.Context) error {
	books := w.desk.Lenders().Books(w.lender)
	done := 0
	for _, b := range books {
		if w.book != 0 && b != ident.Book(w.book) {
			continue
		}
		n, err := w.archiveBook(ctx, b)
		if err != nil {
			return archiveHint(err)
		}
		done += n
	}
	if len(books) == 0 {
		return hinted{errors.New("the lender has no book"), "see who lends: GET /v1/lenders"}
	}
	if done == 0 && !w.json {
		fmt.Fprintln(w.out, "nothing to archive: no full leaf is that old")
	}
	return nil
}

// archiveBook archives the leaves of a book that are old enough, in order.
func (w *archiving) archiveBook(ctx context.Context, b ident.Book) (done int, err error) {
	leaves, err := w.store.Leaves(ctx, eventstore.Book(b))
	if err != nil {
		return 0, err
	}
	for _, l := range leaves {
		if l.Archive != "" {
			continue
		}
		old, err := w.isOld(ctx, b, l)
		if err != nil || !old {
			return done, err
		}
		got, err := w.store.ArchiveLeaf(ctx, eventstore.Book(b), l.First, w.dir, w.ended(b))
		if err != nil {
			return done, err
		}
		done++
		leaf := archivedLeaf{
			Book: eventstore.Book(b), First: l.First, Last: l.Last, File: got.Name, Bytes: got.Bytes, Streams: got.Streams,
			Ended: got.Ended, SHA256: fmt.Sprintf("%x", got.SHA256),
		}
		if w.json {
			if err := w.writeJSON(leaf); err != nil {
				return done, err
			}
			continue
		}
		fmt.Fprintf(w.out, "book %d, positions %d to %d: %s, %d bytes; the data of %d of %d streams is there alone now\n",
			b, l.First, l.Last, got.Name, got.Bytes, got.Ended, got.Streams)
	}
	return done, nil
}

// isOld says whether a leaf is full, and all of it is older than asked for.
func (w *archiving) isOld(ctx context.Context, b ident.Book, l pgstore.Leaf) (bool, error) {
	if l.FullAt.IsZero() || w.through > 0 {
		return !l.FullAt.IsZero() && l.Last <= eventstore.Position(w.through), nil
	}
	state, err := w.desk.BookNumbered(ctx, b)
	if err != nil {
		return false, err
	}
	return date.Of(l.FullAt, state.Lender.Zone()).Before(w.before), nil
}

// ended asks the accounts which loans have ended; all that are not loans go on.
func (w *archiving) ended(b ident.Book) pgstore.Ended {
	before := w.before
	if before.IsZero() {
		before = date.Of(w.app.clock(), time.UTC).AddDays(2) // whenever it ended
	}
	return func(ctx context.Context, streams []uuid.UUID) ([]uuid.UUID, error) {
		return projections.EndedLoans(ctx, w.pool, b, streams, before)
	}
}

// archiveHint says what to do about an error of archiving or restoring.
func archiveHint(err error) error {
	switch {
	case errors.Is(err, pgstore.ErrFollowed):
		return hinted{err, "let the service run until it has caught up: loanledger doctor"}
	case errors.Is(err, archive.ErrDamaged), errors.Is(err, pgstore.ErrBroken):
		return hinted{err, "nothing was changed; find a whole copy of the file, or move a damaged one away, and check the log: loanledger verify"}
	case errors.Is(err, eventstore.ErrArchived):
		return hinted{err, "name the folder with the archived files: --archive"}
	}
	return err
}
