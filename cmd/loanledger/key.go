package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"loanledger/adapters/vault"

	"github.com/spf13/cobra"
)

func (t *terminal) key() *cobra.Command {
	key := &cobra.Command{
		Use:   "key",
		Short: "Make the master key that seals personal data; show and replace the keys that sign the log",
		Args:  noArguments,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	create := &cobra.Command{
		Use:   "new",
		Short: "Make a master key in a new file",
		Long: `Makes a master key of 256 random bits in a file that only its user can read. Everyone's personal
data hang on it: keep copies of the file apart from the backups of the database.`,
		Example: "  loanledger key new --key-file master.key",
		Args:    noArguments,
	}
	cfg := configured(create, "key")
	create.RunE = func(*cobra.Command, []string) error {
		if err := cfg.needs("key"); err != nil {
			return err
		}
		if _, err := os.Stat(cfg.KeyFile); !errors.Is(err, fs.ErrNotExist) {
			return hinted{fmt.Errorf("%s is there already", cfg.KeyFile), "keep it: what it sealed cannot be read with another"}
		}
		if _, err := vault.CreateMaster(cfg.KeyFile); err != nil {
			return err
		}
		if t.json {
			return t.writeJSON(map[string]string{"key_file": cfg.KeyFile})
		}
		fmt.Fprintf(t.out, "made %s\n", cfg.KeyFile)
		return nil
	}
	key.AddCommand(create, t.keyPublic(), t.keyRotate())
	return key
}
