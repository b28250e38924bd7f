package main

import (
	"fmt"

	"loanledger/adapters/sandbox"
	"loanledger/adapters/schema"
	"loanledger/adapters/vault"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"

	"github.com/spf13/cobra"
)

// tables is the migrations of a service, in the order in which they are applied.
func tables() []schema.Set {
	return []schema.Set{
		{Name: "eventstore", FS: pgstore.Migrations},
		{Name: "vault", FS: vault.Migrations},
		{Name: "projections", FS: projections.Migrations},
	}
}

// sandboxTables is what loanledger dev needs beside.
func sandboxTables() []schema.Set {
	return []schema.Set{{Name: "sandbox", FS: sandbox.Migrations}}
}

func (t *terminal) migrate() *cobra.Command {
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to the tables of this version",
		Long: `Applies the migrations that are missing. Processes that start at the same time wait for each other.
loanledger serve does the same at its start, unless it is told not to.`,
		Args: noArguments,
	}
	cfg := configured(c, "database", "dir")
	c.RunE = func(c *cobra.Command, _ []string) error {
		url, err := cfg.database(c.Context())
		if err != nil {
			return err
		}
		if err := schema.Migrate(c.Context(), url, tables()...); err != nil {
			return err
		}
		states, err := schema.Status(c.Context(), url, tables()...)
		if err != nil {
			return err
		}
		if t.json {
			return t.writeJSON(map[string]any{"sets": states})
		}
		for _, s := range states {
			fmt.Fprintf(t.out, "%-12s version %d\n", s.Set, s.Applied)
		}
		return nil
	}
	return c
}
