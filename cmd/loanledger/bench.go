package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"loanledger/adapters/localpg"
	"loanledger/cmd/loanledger/internal/bench"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/lipgloss/table"
	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
)

func (t *terminal) bench() *cobra.Command {
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure throughput and latency, beside raw baselines of the same run",
		Long: `Measures appending, commands in process, over HTTP and over NATS, replay, rebuild, following and the
closing of a day. Beside each stands what the same Postgres (or a bare HTTP or NATS echo) does with
the same bytes; the two take turns, and the ratio is the median of the rounds.

It starts a Postgres and a NATS of its own in a temporary folder, and leaves nothing behind. With
--database-url it makes a database on that server, and drops it at the end. Leave the machine alone
meanwhile: this process is the service, the client and, for NATS, the broker.`,
		Example: "  loanledger bench\n  loanledger bench --only append --only http --seconds 10 --json",
		Args:    noArguments,
	}
	only := c.Flags().StringSlice("only", nil, "one benchmark: "+strings.Join(bench.Names(), ", ")+"; may be given again")
	seconds := c.Flags().Float64("seconds", 5, "how long each is measured, 0.2 to 3600; its baseline takes as long again")
	growth := c.Flags().IntSlice("growth", nil, "measure appending once more with so many millions of events present, at most 1000; such as 1,10")
	slow := c.Flags().Duration("slow-commit", 0, "slow each commit of the private server by so much, up to 100ms, as a slow disk does")
	profiles := c.Flags().String("profile", "", "folder to write CPU profiles to, for go tool pprof")
	cfg := configured(c, "database")
	c.RunE = func(c *cobra.Command, _ []string) error {
		switch {
		case math.IsNaN(*seconds) || *seconds < 0.2 || *seconds > 3600:
			return usageError{errors.New("--seconds must be 0.2 to 3600")}
		case slices.ContainsFunc(*growth, func(millions int) bool { return millions < 1 || millions > 1000 }):
			return usageError{errors.New("--growth must be 1 to 1000")}
		case *slow < 0 || *slow > 100*time.Millisecond:
			return usageError{errors.New("--slow-commit must be 0 to 100ms")}
		case *slow > 0 && cfg.DatabaseURL != "":
			return usageError{errors.New("--slow-commit is for the private server, not for one of --database-url")}
		}
		o, err := t.benchOptions(cfg)
		if err != nil {
			return err
		}
		o.Only, o.Seconds, o.Growth, o.Profiles = *only, *seconds, *growth, *profiles
		o.SlowCommit = *slow
		if o.Profiles != "" {
			if err := os.MkdirAll(o.Profiles, 0o755); err != nil {
				return err
			}
		}
		report, err := bench.Run(c.Context(), o)
		if t.isTerminal() {
			fmt.Fprintln(t.err)
		}
		var unknown bench.UnknownName
		switch {
		case errors.As(err, &unknown):
			return usageError{err}
		case errors.Is(err, localpg.ErrNoBinaries):
			return startHint(err)
		case err != nil:
			return hinted{err, "measure again; if it fails again, see whether the database is well: loanledger doctor"}
		}
		if t.json {
			return t.writeJSON(report)
		}
		return t.printBench(report)
	}
	return c
}

// benchOptions is what every measurement needs: the first lender that ships, and a product of theirs.
func (t *terminal) benchOptions(cfg *config) (bench.Options, error) {
	o := bench.Options{DatabaseURL: cfg.DatabaseURL, Tables: tables(), Progress: t.benchProgress()}
	lenders, err := loadLenders("")
	if err != nil {
		return o, err
	}
	for _, l := range lenders {
		products, err := sampleProductsOf(l)
		if err != nil {
			return o, err
		}
		if len(products) > 0 && l.Code == benchLender {
			o.Lender, o.Product = l, products[0]
			return o, nil
		}
	}
	return o, fmt.Errorf("the lender %s does not ship with this program", benchLender)
}

// benchLender is whose product the loans of the benchmark have: its interest runs by the day.
const benchLender = "smartcash"

// benchProgress draws a bar for a person, and nothing for a program.
func (t *terminal) benchProgress() func(string, int, int) {
	if !t.isTerminal() {
		return func(string, int, int) {}
	}
	var bar *progressbar.ProgressBar
	return func(what string, done, total int) {
		if bar == nil {
			bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(t.err), progressbar.OptionSetWidth(20),
				progressbar.OptionSetPredictTime(false), progressbar.OptionClearOnFinish())
		}
		bar.Describe(fmt.Sprintf("%-60s", what))
		_ = bar.Set(done) // it is only for looking at
	}
}

// printBench prints the results as a table, and below it what limits each of them.
func (t *terminal) printBench(report bench.Report) error {
	cell := lipgloss.NewStyle().Padding(0, 1)
	rows := table.New().Border(lipgloss.NormalBorder()).
		Headers("", "clients", "a second", "baseline", "its rate", "ratio", "p50 ms", "p99 ms", "own CPU").
		StyleFunc(func(_, column int) lipgloss.Style {
			if column == 0 || column == 3 {
				return cell
			}
			return cell.Align(lipgloss.Right)
		})
	limits, seen := []string{}, map[string]bool{}
	for _, r := range report.Results {
		name := r.Name
		if r.Detail != "" {
			name += ", " + r.Detail
		}
		rows.Row(name, strconv.Itoa(r.Clients), thousands(r.PerSecond)+" "+r.Unit, r.Baseline, thousands(r.BaselinePerSecond),
			strconv.FormatFloat(r.Ratio, 'g', 3, 64), figure(r.P50), figure(r.P99), fmt.Sprintf("%.0f %%", 100*r.ProcessCPU))
		if limit := fmt.Sprintf("  %-10s %s", r.Name, r.LimitedBy); !seen[limit] {
			limits, seen[limit] = append(limits, limit), true
		}
	}
	server := "a private server that syncs"
	switch {
	case report.SlowCommit > 0:
		server = fmt.Sprintf("a private server that syncs, each commit slowed by %g ms", report.SlowCommit)
	case !report.Private:
		server = "the server of --database-url"
	}
	_, err := fmt.Fprintf(t.out, "%s\nPostgres %s, %s; %d cores, %s/%s; %d rounds, %g s for each row.\nown CPU is this process' part of all cores; the rest is Postgres', the kernel's, and whoever's else.\n\nWhat limits each:\n%s\n",
		rows.Render(), report.Postgres, server, report.Cores, runtime.GOOS, runtime.GOARCH, report.Rounds, report.Seconds, strings.Join(limits, "\n"))
	return err
}

// figure is a number with as many decimals as it needs.
func figure(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// thousands is a whole number in groups of three digits.
func thousands(x float64) string {
	text := strconv.FormatFloat(x, 'f', 0, 64)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + " " + text[i:]
	}
	return text
}
