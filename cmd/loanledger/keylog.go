package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"loanledger/adapters/vault"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/spf13/cobra"
)

// devMasterName is the file of the master key in the folder of loanledger dev.
const devMasterName = "master.key"

// withStore opens the log of the configured database and nothing more.
func withStore(ctx context.Context, cfg *config, do func(*pgstore.Store) error) error {
	return withPool(ctx, cfg, func(pool *pgxpool.Pool) error {
		store := pgstore.New(pool, time.Now)
		defer store.Close()
		return do(store)
	})
}

func withPool(ctx context.Context, cfg *config, do func(*pgxpool.Pool) error) error {
	url, err := cfg.database(ctx)
	if err != nil {
		return err
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return errors.New("the database URL cannot be read") // the parser's error could show the password
	}
	defer pool.Close()
	return do(pool)
}

// booksOf is the books of a lender.
func booksOf(ctx context.Context, store *pgstore.Store, lender string) ([]eventstore.Book, error) {
	all, err := store.Books(ctx)
	if err != nil {
		return nil, err
	}
	var books []eventstore.Book
	for _, b := range all {
		if b.Lender == lender {
			books = append(books, b.Book)
		}
	}
	if len(books) == 0 {
		return nil, fmt.Errorf("the lender %s has no book here", lender)
	}
	return books, nil
}

// logKey is a public key of a log as it is shown.
type logKey struct {
	Book      eventstore.Book `json:"book"`
	Number    int32           `json:"number"`
	Public    string          `json:"public"`
	SignsFrom int64           `json:"signs_from"`
	MadeAt    time.Time       `json:"made_at"`
	RetiredAt *time.Time      `json:"retired_at"`
}

func (t *terminal) keyPublic() *cobra.Command {
	c := &cobra.Command{
		Use:   "public",
		Short: "Print the public keys that verify a lender's log",
		Long: `Prints the public keys of the lender's books, one a line, in the form of the Go note package; keys that
were replaced too, because older checkpoints and certificates need them. Give them to auditors, and keep
them apart from the database: loanledger verify --key takes them.`,
		Example: "  loanledger key public --lender smartcash > smartcash.keys",
		Args:    noArguments,
	}
	lender := c.Flags().String("lender", "", "code of the lender")
	cfg := configured(c, "database", "dir")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *lender == "" {
			return usageError{errors.New("--lender is needed")}
		}
		return withStore(c.Context(), cfg, func(store *pgstore.Store) error { return t.printKeys(c.Context(), store, *lender) })
	}
	return c
}

func (t *terminal) printKeys(ctx context.Context, store *pgstore.Store, lender string) error {
	books, err := booksOf(ctx, store, lender)
	if err != nil {
		return err
	}
	shown := []logKey{}
	for _, b := range books {
		keys, err := store.SigningKeys(ctx, b)
		if err != nil {
			return err
		}
		for _, k := range keys {
			l := logKey{Book: b, Number: k.Number, Public: k.Public, SignsFrom: k.SignsFrom, MadeAt: k.MadeAt}
			if !k.RetiredAt.IsZero() {
				l.RetiredAt = &k.RetiredAt
			}
			shown = append(shown, l)
		}
	}
	if len(shown) == 0 {
		return hinted{fmt.Errorf("the log of %s has no key yet", lender), "loanledger serve makes one when it first serves the book"}
	}
	if t.json {
		return t.writeJSON(map[string]any{"keys": shown})
	}
	for _, k := range shown {
		note := "in use"
		if k.RetiredAt != nil {
			note = "replaced on " + k.RetiredAt.Format(time.DateOnly)
		}
		fmt.Fprintf(t.out, "%s # %s\n", k.Public, note)
	}
	return nil
}

func (t *terminal) keyRotate() *cobra.Command {
	c := &cobra.Command{
		Use:   "rotate",
		Short: "Replace the keys that sign a lender's log",
		Long: `Makes a new key for each book of the lender. The old key and the new one sign a checkpoint together, and
from then on the new one signs alone; the service may run meanwhile. Give the new public key to those who
verify, and let them keep the old one for what was signed before.`,
		Example: "  loanledger key rotate --lender smartcash --key-file master.key",
		Args:    noArguments,
	}
	lender := c.Flags().String("lender", "", "code of the lender")
	cfg := configured(c, "database", "dir", "key")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if *lender == "" {
			return usageError{errors.New("--lender is needed")}
		}
		master, err := vault.LoadMaster(cmp.Or(cfg.KeyFile, filepath.Join(cfg.devDir(), devMasterName)))
		if err != nil {
			return hinted{err, "name the file of the master key with --key-file: it opens the old key and seals the new one"}
		}
		return withPool(c.Context(), cfg, func(pool *pgxpool.Pool) error { return t.rotate(c.Context(), pool, master, *lender) })
	}
	return c
}

func (t *terminal) rotate(ctx context.Context, pool *pgxpool.Pool, master vault.Master, lender string) error {
	store := pgstore.New(pool, time.Now)
	defer store.Close()
	notary := pgstore.NewNotary(store, vault.New(pool, master), func(eventstore.Book, error) {})
	books, err := booksOf(ctx, store, lender)
	if err != nil {
		return err
	}
	for _, b := range books {
		handover, err := notary.Rotate(ctx, b)
		if err != nil {
			return fmt.Errorf("book %d: %w", b, err)
		}
		t.say("book %d: checkpoint %d over %d events is signed by the old key and the new one", b, handover.Number, handover.Size)
	}
	return t.printKeys(ctx, store, lender)
}
