package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"loanledger/adapters/desk"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/domain/story"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

// replayed is an event of a loan, and the balances after it.
type replayed struct {
	Version    int64         `json:"version"`
	Position   int64         `json:"position"`
	RecordedAt time.Time     `json:"recorded_at"`
	Effective  date.Date     `json:"effective"`
	Actor      string        `json:"actor"`
	Event      story.Event   `json:"event"`
	Status     loan.Status   `json:"status"`
	Balances   loan.Balances `json:"balances"`
}

func (t *terminal) replay() *cobra.Command {
	c := &cobra.Command{
		Use:   "replay",
		Short: "Show the history of one loan, with the balances after every event",
		Long: `Reads the events of a loan from the log and folds them one by one. --as-of leaves out what counts
from a later date; --as-known-at leaves out what was recorded after a moment.`,
		Example: "  loanledger replay --loan 0001a2b3-... --as-of 2026-11-17",
		Args:    noArguments,
	}
	id := c.Flags().String("loan", "", "the loan's identifier")
	asOf := c.Flags().String("as-of", "", "a business date, YYYY-MM-DD")
	knownAt := c.Flags().String("as-known-at", "", "a moment, RFC 3339")
	files := archiveFlag(c)
	cfg := configured(c, "database", "dir")
	c.RunE = func(c *cobra.Command, _ []string) error {
		loanID, err := uuid.Parse(*id)
		if err != nil {
			return usageError{fmt.Errorf("--loan: %w", err)}
		}
		limit := limits{}
		if err := limit.parse(*asOf, *knownAt); err != nil {
			return err
		}
		return withArchive(c.Context(), cfg, *files, func(a *app) error {
			return t.printHistory(c.Context(), a.desk, loanID, limit)
		})
	}
	return c
}

// limits is what part of a history is asked for.
type limits struct {
	asOf    date.Date
	knownAt time.Time
}

func (l *limits) parse(asOf, knownAt string) (err error) {
	if asOf != "" {
		if l.asOf, err = date.Parse(asOf); err != nil {
			return usageError{fmt.Errorf("--as-of: %w", err)}
		}
	}
	if knownAt != "" {
		if l.knownAt, err = time.Parse(time.RFC3339Nano, knownAt); err != nil {
			return usageError{fmt.Errorf("--as-known-at: %w", err)}
		}
	}
	return nil
}

func (t *terminal) printHistory(ctx context.Context, d *desk.Desk, id uuid.UUID, limit limits) error {
	events, err := d.LoanEvents(ctx, id)
	if err != nil {
		return err
	}
	var state loan.State
	lines := make([]replayed, 0, len(events))
	for _, e := range events {
		f := e.Fact.(fact.Fact)
		booked, effective := loan.Dates(f)
		if !limit.asOf.IsZero() && effective.After(limit.asOf) || !limit.knownAt.IsZero() && e.RecordedAt.After(limit.knownAt) {
			continue
		}
		state = state.Fold(f)
		lines = append(lines, replayed{
			Version: int64(e.Version), Position: int64(e.Position), RecordedAt: e.RecordedAt, Effective: effective,
			Actor: e.Actor, Event: story.Event{Fact: f}, Status: state.Status, Balances: state.BalancesOn(booked),
		})
	}
	if t.json {
		for _, line := range lines {
			if err := t.writeJSON(line); err != nil {
				return err
			}
		}
		return nil
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "version\tdate\tevent\tstatus\tprincipal\tinterest\tfees\tpenalty\ttotal\t")
	for _, l := range lines {
		b := l.Balances
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", l.Version, l.Effective, l.Event.EventType(), l.Status,
			b.Principal, b.Interest, b.Fees, b.Penalty, b.Total)
	}
	return w.Flush()
}
