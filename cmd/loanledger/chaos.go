package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"loanledger/adapters/localpg"
	"loanledger/cmd/loanledger/internal/chaos"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/lipgloss/table"
	"github.com/spf13/cobra"
)

// chaosMember is the hidden command that makes a process a part of a campaign.
const chaosMember = "member"

func (t *terminal) chaos() *cobra.Command {
	c := &cobra.Command{
		Use:   "chaos",
		Short: "Let everything go wrong for a while, and check what the ledger had promised",
		Long: `Has several processes append, decide, lend, follow, publish and project on few streams, while
processes, sessions, Postgres and NATS are killed and stopped, connections are cut, frozen and torn,
and callers give up. Then it holds the log, its tree, the followers, the stream and the tables to what
everybody was told. Exit code 1, and what was violated, when a promise was not kept.

It starts a durable Postgres and a NATS of its own and leaves nothing behind; --dir keeps what it made
where something was found. What is asked for and what goes wrong follows from the seed; when exactly
they meet does not.`,
		Example: "  loanledger chaos --seconds 60\n  loanledger chaos --seconds 20 --seed 7 --json",
		Args:    noArguments,
	}
	seconds := c.Flags().Float64("seconds", 20, "how long things go wrong, 1 to 86400; starting and checking come on top")
	seed := c.Flags().Uint64("seed", 0, "of the operations and the faults; drawn where it is 0 or not given")
	dir := c.Flags().String("dir", "", "an empty or a new folder, which is kept where something was found")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if math.IsNaN(*seconds) || *seconds < 1 || *seconds > 86_400 {
			return usageError{errors.New("--seconds must be 1 to 86400")}
		}
		o, err := t.chaosOptions()
		if err != nil {
			return err
		}
		o.Seconds, o.Dir = *seconds, *dir
		o.Seed = cmp.Or(*seed, uint64(1+rand.Uint32()))
		report, err := chaos.Run(c.Context(), o)
		switch {
		case errors.Is(err, localpg.ErrNoBinaries):
			return startHint(err)
		case err != nil:
			return hinted{fmt.Errorf("the campaign of seed %d broke off: %w", o.Seed, err), "run it again; loanledger doctor tells what is missing"}
		}
		if err := t.printChaos(report); err != nil || report.Violations == 0 {
			return err
		}
		v := report.Found[0]
		err = fmt.Errorf("seed %d, violated: %s: %s", report.Seed, v.Check, v.Detail)
		if t.json { // the report is to be the last line
			fmt.Fprintln(t.err, "loanledger:", err)
			return reported{err}
		}
		return hinted{err, t.lookInto(report)}
	}
	c.AddCommand(&cobra.Command{
		Use: chaosMember, Hidden: true, Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return chaos.Member(c.Context(), t.in, t.out) },
	})
	return c
}

// lookInto says what to do about a violation.
func (t *terminal) lookInto(report chaos.Report) string {
	again := fmt.Sprintf("loanledger chaos --seed %d --seconds 60 --dir FOLDER", report.Seed)
	if report.Kept != "" {
		return "see the journal and the database in " + report.Kept + ", or run again: " + again
	}
	return "keep what it makes for a look: " + again
}

// chaosOptions is what a campaign needs: this program, and the first lender that ships, with a product.
func (t *terminal) chaosOptions() (chaos.Options, error) {
	self, err := os.Executable()
	if err != nil {
		return chaos.Options{}, err
	}
	b, err := t.benchOptions(&config{})
	if err != nil {
		return chaos.Options{}, err
	}
	return chaos.Options{
		Program: []string{self, "chaos", chaosMember}, Tables: tables(), Lender: b.Lender, Product: b.Product,
		Progress: func(said string) { fmt.Fprintln(t.err, said) },
	}, nil
}

// printChaos prints what a campaign came to.
func (t *terminal) printChaos(report chaos.Report) error {
	if t.json {
		return t.writeJSON(report)
	}
	cell := lipgloss.NewStyle().Padding(0, 1)
	right := func(_, column int) lipgloss.Style {
		if column == 0 {
			return cell
		}
		return cell.Align(lipgloss.Right)
	}
	faults := table.New().Border(lipgloss.NormalBorder()).Headers("fault", "times").StyleFunc(right)
	for _, name := range slices.Sorted(maps.Keys(report.ByKind)) {
		faults.Row(strings.ReplaceAll(name, "_", " "), fmt.Sprint(report.ByKind[name]))
	}
	checks := table.New().Border(lipgloss.NormalBorder()).Headers("check passed", "looked at").StyleFunc(right)
	for _, p := range report.Passed {
		checks.Row(p.Check, thousands(float64(p.Count)))
	}
	_, err := fmt.Fprintf(t.out, `%s
%s
%d operations: %d acknowledged (%d of them repetitions), %d refused, %d with an unknown outcome; %d events.
%d faults in %d rounds; the longest time without an acknowledgement was %.1f s. %.0f s in all.
%d checks, %d violations, seed %d
`, faults.Render(), checks.Render(), report.Operations, report.Acknowledged, report.Replayed, report.Refused, report.Unknown, report.Events,
		report.Faults, report.Rounds, report.LongestOutage/1000, report.Seconds, report.Checks, report.Violations, report.Seed)
	return err
}
