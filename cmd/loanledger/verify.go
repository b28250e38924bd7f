package main

import (
	"errors"
	"fmt"
	"time"

	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/eventstore/tree"
	"loanledger/projections"

	"github.com/spf13/cobra"
)

// checked is a check that passed.
type checked struct {
	Book    int64   `json:"book"`
	Check   string  `json:"check"`
	Count   int64   `json:"count"`
	Seconds float64 `json:"seconds"`
}

func (t *terminal) verify() *cobra.Command {
	c := &cobra.Command{
		Use:   "verify",
		Short: "Check the log, its signed checkpoints, the double entry, and every projection",
		Long: `Reads every book from its first event and checks: that its events are the leaves of the Merkle tree
that was built over them; that every checkpoint is signed, and signed over these very events; that each
stored batch holds the bytes that were appended, chained to the one before; that positions and versions
have no gaps; that the journal balances and agrees with the debts; that every reporting table is what a
replay of the log gives. The service may run meanwhile.

Whoever can write to the database could replace the public keys in it too: keep them elsewhere
(loanledger key public) and give them with --key. With --checkpoint it checks that the log of today begins
with the one that a checkpoint was signed over, which somebody kept.

--certificate and --proof work without a database and without the service: they need a file and the public
key. A certificate is a PDF, or the JSON of /v1/certificates; a proof is an answer of /v1/log/proof.

Exit code 1, and the first difference, when something is off.`,
		Example: `  loanledger verify
  loanledger verify --key lender.keys --checkpoint last-year.txt
  loanledger verify --certificate SC-7K3M-9QFD-X2A0.pdf --key lender.keys`,
		Args: noArguments,
	}
	var v verification
	c.Flags().StringArrayVar(&v.keys, "key", nil, "public key, or file with public keys; those in the database by default")
	c.Flags().StringVar(&v.checkpoint, "checkpoint", "", "file with a checkpoint that was kept")
	c.Flags().StringVar(&v.certificate, "certificate", "", "certificate to check, PDF or JSON")
	c.Flags().StringVar(&v.proof, "proof", "", "proof of an event to check, text or JSON")
	files := archiveFlag(c)
	cfg := configured(c, "database", "dir")
	c.RunE = func(c *cobra.Command, _ []string) error {
		v.terminal, v.began, v.passedAt = t, time.Now(), time.Now()
		if !v.onlyOne() {
			return usageError{errors.New("give one of --checkpoint, --certificate and --proof")}
		}
		if err := v.readKeys(); err != nil {
			return err
		}
		if v.certificate != "" || v.proof != "" {
			return v.offline(c.Context(), cfg)
		}
		return withArchive(c.Context(), cfg, *files, func(a *app) error { return v.online(c.Context(), a) })
	}
	return c
}

// verification is a run of verify.
type verification struct {
	*terminal
	keys                           []string
	checkpoint, certificate, proof string

	known    tree.Keys // that were given
	passed   []checked
	began    time.Time
	passedAt time.Time
}

// onlyOne says whether at most one file is to be checked.
func (v *verification) onlyOne() bool {
	given := 0
	for _, file := range []string{v.checkpoint, v.certificate, v.proof} {
		if file != "" {
			given++
		}
	}
	return given <= 1
}

// pass tells that a check of a book came out right.
func (v *verification) pass(book eventstore.Book, check string, count int64) {
	took := time.Since(v.passedAt)
	v.passedAt = time.Now()
	v.passed = append(v.passed, checked{int64(book), check, count, took.Seconds()})
	if !v.json {
		fmt.Fprintf(v.out, "ok   book %d   %-55s %12d   %6.1f s\n", book, check, count, took.Seconds())
	}
}

// finish tells that everything came out right.
func (v *verification) finish() error {
	if v.json {
		return v.writeJSON(map[string]any{"ok": true, "checks": v.passed, "seconds": time.Since(v.began).Seconds()})
	}
	fmt.Fprintf(v.out, "everything agrees, in %.1f s\n", time.Since(v.began).Seconds())
	if len(v.known) == 0 {
		fmt.Fprintln(v.out, "the signatures were checked by the keys in the database itself; --key takes keys that were kept elsewhere")
	}
	return nil
}

// broken says what to do about a difference.
func broken(err error) error {
	if d, is := errors.AsType[*projections.Difference](err); is {
		return hinted{d, "if the log itself is right, loanledger rebuild makes the tables anew"}
	}
	if errors.Is(err, tree.ErrSignature) {
		return hinted{err, "were all keys given? Those that were replaced are needed too, and those that replaced them: loanledger key public"}
	}
	if errors.Is(err, pgstore.ErrBroken) {
		return hinted{err, "restore the tables of the schema ledger from a backup; nothing that the log acknowledged may be missing"}
	}
	return err
}
