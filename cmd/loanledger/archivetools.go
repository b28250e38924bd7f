package main

import (
	"context"
	"errors"
	"fmt"

	"loanledger/eventstore"
	"loanledger/eventstore/archive"
	"loanledger/eventstore/pgstore"

	"github.com/spf13/cobra"
)

func (t *terminal) archiveList() *cobra.Command {
	c := &cobra.Command{
		Use:     "list",
		Short:   "List the leaves of the log, and which are archived",
		Example: "  loanledger archive list --lender smartcash",
		Args:    noArguments,
	}
	lender := c.Flags().String("lender", "", "the lender's code; all by default")
	cfg := configured(c, "database", "dir")
	c.RunE = func(c *cobra.Command, _ []string) error {
		return withLog(c.Context(), cfg, func(a *app) error { return t.listLeaves(c.Context(), a, *lender) })
	}
	return c
}

func (t *terminal) listLeaves(ctx context.Context, a *app, lender string) error {
	for _, b := range a.desk.Lenders().Books(lender) {
		leaves, err := a.store.Leaves(ctx, eventstore.Book(b))
		if err != nil {
			return err
		}
		for _, l := range leaves {
			line := archivedLeaf{Book: eventstore.Book(b), First: l.First, Last: l.Last, File: l.Archive, SHA256: fmt.Sprintf("%x", l.ArchiveSHA256)}
			says := "is written to"
			switch {
			case l.Archive != "":
				line.ArchivedAt = &l.ArchivedAt
				says = fmt.Sprintf("archived on %s in %s", l.ArchivedAt.Format("2006-01-02"), l.Archive)
			case !l.FullAt.IsZero():
				says = fmt.Sprintf("full since %s", l.FullAt.Format("2006-01-02"))
			}
			if t.json {
				if err := t.writeJSON(line); err != nil {
					return err
				}
				continue
			}
			fmt.Fprintf(t.out, "book %d, positions %d to %d: %s\n", b, l.First, l.Last, says)
		}
	}
	return nil
}

func (t *terminal) archiveRestore() *cobra.Command {
	c := &cobra.Command{
		Use:   "restore",
		Short: "Put archived data back into the database",
		Long: `Puts the data of an archived leaf back from its file, which has to be the one that was written then and to
agree with the log's chain and with what the database has kept. The file stays where it is.`,
		Example: "  loanledger archive restore --file /backup/ledger/book-00001-positions-000000000001-000001048576.jsonl.gz",
		Args:    noArguments,
	}
	file := c.Flags().String("file", "", "the file to restore from")
	cfg := configured(c, "database", "dir")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *file == "" {
			return usageError{errors.New("--file is needed")}
		}
		return withLog(c.Context(), cfg, func(a *app) error {
			got, err := a.store.RestoreLeaf(c.Context(), *file)
			if err != nil {
				return archiveHint(err)
			}
			if t.json {
				return t.writeJSON(archivedLeaf{Book: got.Book, First: got.First, Last: got.Last, File: got.Name, Bytes: got.Bytes, SHA256: fmt.Sprintf("%x", got.SHA256)})
			}
			fmt.Fprintf(t.out, "book %d, positions %d to %d: all data is in the database again\n", got.Book, got.First, got.Last)
			return nil
		})
	}
	return c
}

// archiveFlag is the folder that archived data is read from.
func archiveFlag(c *cobra.Command) *string {
	return c.Flags().String("archive", "", "folder with archived files of the log, where some of it is archived")
}

// withArchive is withLog for a tool that reads archived data from the files of a folder, if one is named.
func withArchive(ctx context.Context, cfg *config, dir string, do func(*app) error) error {
	if dir == "" {
		return archiveHint(withLog(ctx, cfg, do))
	}
	files, err := archive.Open(dir)
	if err != nil {
		return err
	}
	defer files.Close()
	return archiveHint(withLog(ctx, cfg, do, pgstore.WithArchive(files)))
}
