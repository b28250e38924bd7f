package main

import (
	"fmt"

	"loanledger/adapters/access"

	"github.com/spf13/cobra"
)

func (t *terminal) token() *cobra.Command {
	token := &cobra.Command{
		Use:   "token",
		Short: "Make access tokens for services and staff",
		Args:  noArguments,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	create := &cobra.Command{
		Use:   "new",
		Short: "Make a token, and add its hash to the token file of the service",
		Long: `Makes an access token, prints it once, and adds its hash to the token file. A running service takes
it up by itself. The file holds no token, so it is not a secret; the token is.`,
		Example: "  loanledger token new --tokens-file tokens.json --role service --name checkout --lender smartcash",
		Args:    noArguments,
	}
	role := create.Flags().String("role", "", "service, operator, auditor or analyst")
	name := create.Flags().String("name", "", "who will use it; it stands in the log beside what they do")
	lenders := create.Flags().StringSlice("lender", nil, "a lender's code, or * for all; may be given again")
	cfg := configured(create, "tokens")
	create.RunE = func(*cobra.Command, []string) error {
		if err := cfg.needs("tokens"); err != nil {
			return err
		}
		secret, entry, err := access.NewToken(access.Role(*role), *name, *lenders)
		if err != nil {
			return usageError{err}
		}
		if err := access.Append(cfg.TokensFile, entry); err != nil {
			return err
		}
		if t.json {
			return t.writeJSON(map[string]any{"token": secret, "role": *role, "name": *name, "lenders": *lenders})
		}
		fmt.Fprintln(t.out, secret)
		fmt.Fprintln(t.err, "Keep it: it is shown this once. Next: curl -H 'Authorization: Bearer TOKEN' .../v1/lenders")
		return nil
	}
	token.AddCommand(create)
	return token
}
