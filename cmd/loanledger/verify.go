package main

import (
	"errors"
	"fmt"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"

	"github.com/spf13/cobra"
)

// checked is a check that passed.
type checked struct {
	Book  int64  `json:"book"`
	Check string `json:"check"`
	Count int64  `json:"count"`
}

func (t *terminal) verify() *cobra.Command {
	c := &cobra.Command{
		Use:   "verify",
		Short: "Check the log, the double entry, and every projection against a replay",
		Long: `Reads every book from its first event and checks: that each stored batch holds the very bytes that
were appended, chained to the one before; that positions and versions have no gaps; that the journal
balances and agrees with the debts; that every reporting table is what a replay of the log gives.
The service may run meanwhile. Exit code 1, and the first difference, when something is off.`,
		Args: noArguments,
	}
	cfg := configured(c, "database", "dir")
	c.RunE = func(c *cobra.Command, _ []string) error {
		return withLog(c.Context(), cfg, func(a *app) error {
			began := time.Now()
			var passed []checked
			pass := func(book int64, check string, count int64) {
				passed = append(passed, checked{book, check, count})
				if !t.json {
					fmt.Fprintf(t.out, "ok   book %d   %-55s %12d\n", book, check, count)
				}
			}
			for _, b := range a.books() {
				last, err := a.store.CheckBatches(c.Context(), eventstore.Book(b))
				if err != nil {
					return broken(err)
				}
				pass(int64(b), "stored bytes, each batch chained to the one before", int64(last))
			}
			err := projections.Verify(c.Context(), a.pool, a.store, nil, func(k projections.Check) {
				pass(int64(k.Book), k.Name, k.Count)
			})
			if err != nil {
				return broken(err)
			}
			if t.json {
				return t.writeJSON(map[string]any{"ok": true, "checks": passed, "seconds": time.Since(began).Seconds()})
			}
			fmt.Fprintf(t.out, "everything agrees, in %.1f s\n", time.Since(began).Seconds())
			return nil
		})
	}
	return c
}

// broken says what to do about a difference.
func broken(err error) error {
	if d, is := errors.AsType[*projections.Difference](err); is {
		return hinted{d, "if the log itself is right, loanledger rebuild makes the tables anew"}
	}
	if errors.Is(err, pgstore.ErrBroken) {
		return hinted{err, "restore the events table from a backup; nothing that the log acknowledged may be missing"}
	}
	return err
}
