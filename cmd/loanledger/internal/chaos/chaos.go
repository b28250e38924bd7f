// Package chaos is the fault campaign: it has several processes work on the ledger, lets go wrong
// what can, and then holds the log, and all that hangs on it, to what everybody was told.
//
// What is asked for and what goes wrong follows from a seed. When exactly things meet does not, so
// that a seed that has found something may have to be played again.
package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"loanledger/adapters/schema"
	"loanledger/domain/book"
	"loanledger/domain/product"

	"github.com/jackc/pgx/v5"
)

// Options is what a campaign needs.
type Options struct {
	// Program is this program with the arguments that make it call Member.
	Program []string
	Tables  []schema.Set    // that the ledger needs
	Lender  book.Lender     // whose loans are made, under another code
	Product product.Product // the loans are of
	Seconds float64         // how long things go wrong; starting and checking come on top
	Seed    uint64
	// Dir is an empty or a new folder to write to, which is kept where something was found; where it is
	// empty, a temporary folder that is removed in any case.
	Dir string
	// Progress hears of everything that goes wrong and of every check, one at a time.
	Progress func(string)

	// beforeChecks, in tests, may tamper with what is to be checked.
	beforeChecks func(context.Context, *round) error
	peace        bool // in tests: nothing goes wrong
}

// Report is what a campaign came to.
type Report struct {
	Operations    int            `json:"operations"` // orders that were given, repetitions included
	Faults        int            `json:"faults"`     // that happened
	Checks        int            `json:"checks"`     // that were made, passed or not
	Violations    int            `json:"violations"`
	Found         []Violation    `json:"found,omitempty"`
	Seed          uint64         `json:"seed"`
	Seconds       float64        `json:"seconds"` // of the whole campaign
	Rounds        int            `json:"rounds"`
	Events        int64          `json:"events"` // in the logs at the end
	Acknowledged  int            `json:"acknowledged"`
	Replayed      int            `json:"replayed"` // of the acknowledged ones, those that had been carried out before
	Refused       int            `json:"refused"`
	Unknown       int            `json:"unknown"` // the process did not know, or was gone
	LongestOutage float64        `json:"longest_outage_ms"`
	ByKind        map[string]int `json:"faults_by_kind"`
	Passed        []Passed       `json:"passed"`
	Kept          string         `json:"kept,omitempty"` // the folder to look into
}

// Violation is a promise that was not kept.
type Violation struct {
	Round  int    `json:"round"`
	Check  string `json:"check"`
	Detail string `json:"detail"`
}

// Passed is a check, and how much it has looked at without finding anything.
type Passed struct {
	Check string `json:"check"`
	Count int64  `json:"count"`
}

// roundWithin is the longest round. Each has new books, so that a long campaign needs no more memory
// than a short one, and is checked at its end.
const roundWithin = 15 * time.Second

// Run carries a campaign out. It starts the servers and the processes that it needs and leaves
// nothing behind but the folder of Options.Dir where something was found. A violation is no error.
func Run(ctx context.Context, o Options) (report Report, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	began := time.Now()
	c := &campaign{Options: o, report: Report{Seed: o.Seed, ByKind: map[string]int{}, Passed: []Passed{}}}
	if c.dir, err = folder(o.Dir); err != nil {
		return c.report, err
	}
	defer func() {
		if o.Dir == "" || c.report.Violations == 0 {
			err = errors.Join(err, os.RemoveAll(c.dir))
		} else {
			report.Kept = c.dir
		}
	}()
	defer func() {
		if c.database != nil {
			err = errors.Join(err, c.database.stop(context.WithoutCancel(ctx)))
		}
	}()
	if err := c.open(ctx); err != nil {
		return c.report, err
	}
	for left := time.Duration(o.Seconds * float64(time.Second)); left > 0; left -= roundWithin {
		if err := c.play(ctx, min(left, roundWithin)); err != nil {
			return c.report, fmt.Errorf("round %d: %w", c.report.Rounds, err)
		}
	}
	c.report.Seconds = time.Since(began).Seconds()
	return c.report, nil
}

// campaign is what all rounds have in common.
type campaign struct {
	Options
	dir      string
	database *database
	master   string // key of the vault
	report   Report
}

func (c *campaign) open(ctx context.Context) (err error) {
	c.master = newMaster(chance(c.Seed, "master"))
	if c.database, err = startDatabase(ctx, c.dir); err != nil {
		return err
	}
	if err := schema.Migrate(ctx, c.database.url(), c.Tables...); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, c.database.url())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err = conn.Exec(ctx, followedSQL); err != nil {
		return err
	}
	// A start after a crash syncs every file first, which takes longer than the rest; where the system can
	// sync all of them at once, that is as good.
	if _, err := conn.Exec(ctx, `ALTER SYSTEM SET recovery_init_sync_method = 'syncfs'`); err == nil {
		_, _ = conn.Exec(ctx, `SELECT pg_reload_conf()`)
	}
	_, err = conn.Exec(ctx, `CHECKPOINT`) // nor is the first crash to play the migrations again
	return err
}

// play plays a round, and adds what it came to.
func (c *campaign) play(ctx context.Context, work time.Duration) (err error) {
	c.report.Rounds++
	r, err := c.newRound(ctx, c.report.Rounds)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.begin(ctx); err != nil {
		return err
	}
	r.work(work)
	if err := r.settle(); err != nil {
		return err
	}
	if c.beforeChecks != nil {
		if err := c.beforeChecks(ctx, r); err != nil {
			return err
		}
	}
	found, err := r.examine(ctx)
	r.add(found)
	return err
}

// newMaster is a key for the personal data of nobody.
func newMaster(r *rand.Rand) string {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(r.Uint32())
	}
	return encodeMaster(key)
}

// path is a file in the campaign's folder.
func (c *campaign) path(name string) string { return filepath.Join(c.dir, name) }
