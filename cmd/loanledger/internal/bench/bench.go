// Package bench measures how fast the ledger is, and beside each figure what the same Postgres, or
// the same HTTP and NATS libraries, do with the same bytes and nothing of the ledger around them.
//
// What is measured and its baseline take turns in rounds, so that a machine that is slow for a while
// is slow for both. Warm-ups and preparations are not timed, and an operation that fails ends it all.
package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"loanledger/adapters/schema"
	"loanledger/domain/book"
	"loanledger/domain/product"
)

// Options is what to measure, and on what.
type Options struct {
	// DatabaseURL is a Postgres on which a database may be made, which is dropped at the end; empty for
	// a private server, as durable as a real one.
	DatabaseURL string
	Tables      []schema.Set // that the ledger needs
	Lender      book.Lender  // whose loans are made, under other codes
	Product     product.Product
	Only        []string // names of benchmarks; none for all of Names
	Seconds     float64  // for each row of the result, over all rounds; the baseline takes about as long
	// Growth is with how many millions of events in the log appending is measured again, once for each.
	Growth []int
	// SlowCommit makes each commit of the private server take so much longer, as on a slow disk: up to
	// 100 ms, in whole microseconds.
	SlowCommit time.Duration
	// Profiles is a folder for CPU profiles of what is measured; empty for none.
	Profiles string
	// Progress is told before each round; done and total count rounds.
	Progress func(what string, done, total int)
}

// Rounds: a measurement and its baseline take turns, and the medians of the rounds count. Short ones
// have fewer rounds, since a round that is too short measures nothing.
const (
	mostRounds    = 5
	shortestRound = 0.2 // seconds
)

func (o Options) rounds() int {
	return max(1, min(mostRounds, int(o.Seconds/shortestRound)))
}

// benchmark is one name of the result, with one or more rows.
type benchmark struct {
	name string
	rows int
	// contests prepares the rows, so that nothing is prepared that is not asked for.
	contests func(*rig, context.Context) ([]contest, error)
}

// benchmarks is everything that is measured, in order. To add one, write it in a file of its own and
// name it here.
var benchmarks = []benchmark{
	{"append", 4, appendContests},
	{"execute", 1, executeContests},
	{"http", 1, httpContests},
	{"http_bulk", 1, bulkContests},
	{"nats", 2, natsContests},
	{"replay", 1, replayContests},
	{"rebuild", 1, rebuildContests},
	{"follow", 2, followContests},
	{"close_day", 1, closeDayContests},
}

// Names is the names that Options.Only may hold.
func Names() []string {
	names := make([]string, len(benchmarks))
	for i, b := range benchmarks {
		names[i] = b.name
	}
	return names
}

// UnknownName is a name in Options.Only that is not one of Names.
type UnknownName string

// Error lists the names that there are.
func (n UnknownName) Error() string {
	return fmt.Sprintf("there is no benchmark %q, only %s", string(n), strings.Join(Names(), ", "))
}

// chosen is the benchmarks that are asked for. Errors: UnknownName.
func (o Options) chosen() ([]benchmark, error) {
	for _, name := range o.Only {
		if !slices.Contains(Names(), name) {
			return nil, UnknownName(name)
		}
	}
	var list []benchmark
	for _, b := range benchmarks {
		if len(o.Only) == 0 || slices.Contains(o.Only, b.name) {
			list = append(list, b)
		}
	}
	if len(o.Growth) > 0 { // only where it is asked for: it takes a while, and much room
		list = append(list, benchmark{"growth", len(o.Growth), growthContests})
	}
	return list, nil
}

// Run measures. It starts the servers that it needs, and leaves nothing behind, also when the context
// ends. Errors: UnknownName, and whatever failed while it measured.
func Run(ctx context.Context, o Options) (report Report, err error) {
	list, err := o.chosen()
	if err != nil {
		return Report{}, err
	}
	r, err := openRig(ctx, o)
	if err != nil {
		return Report{}, err
	}
	defer func() {
		if closeErr := r.close(context.WithoutCancel(ctx)); err == nil {
			err = closeErr
		}
	}()
	report = r.report()
	rounds, done, total := o.rounds(), 0, 0
	for _, b := range list {
		total += b.rows * rounds
	}
	for _, b := range list {
		contests, err := b.contests(r, ctx)
		if err != nil {
			return report, fmt.Errorf("prepare %s: %w", b.name, err)
		}
		for _, c := range contests {
			c.name = b.name
			result, err := r.hold(ctx, c, func(round int) {
				o.Progress(fmt.Sprintf("%s, round %d of %d", c.label(), round+1, rounds), done, total)
				done++
			})
			if err != nil {
				return report, fmt.Errorf("%s: %w", c.label(), err)
			}
			report.Results = append(report.Results, result)
		}
		if err := r.tidy(ctx); err != nil {
			return report, err
		}
	}
	return report, nil
}
