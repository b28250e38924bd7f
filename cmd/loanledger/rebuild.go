package main

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"loanledger/adapters/vault"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
)

func (t *terminal) rebuild() *cobra.Command {
	c := &cobra.Command{
		Use:   "rebuild [PROJECTION…]",
		Short: "Make the reporting tables anew from the log, while the service runs",
		Long: `Builds fresh tables beside the live ones, and puts each book's in place at once. An interrupted
rebuild changes nothing.

Projections: ` + strings.Join(projections.Names(), ", ") + `.`,
		Example: "  loanledger rebuild\n  loanledger rebuild debt_balances journal_entries",
	}
	files := archiveFlag(c)
	cfg := configured(c, "database", "dir")
	c.RunE = func(c *cobra.Command, names []string) error {
		return withArchive(c.Context(), cfg, *files, func(a *app) error { return t.rebuildWith(c.Context(), a, names) })
	}
	return c
}

// withLog runs a tool on a database, without serving anything. Personal data stay sealed.
func withLog(ctx context.Context, cfg *config, do func(*app) error, options ...pgstore.Option) error {
	url, err := cfg.database(ctx)
	if err != nil {
		return err
	}
	a, err := openApp(ctx, url, toolName, vault.Master{}, time.Now, slog.New(slog.DiscardHandler), options...)
	if err != nil {
		return err
	}
	defer a.close()
	return do(a)
}

// rebuilt is what became of a book.
type rebuilt struct {
	Book      eventstore.Book     `json:"book"`
	Position  eventstore.Position `json:"position"`
	Rows      int64               `json:"rows"`
	PerSecond float64             `json:"events_per_second"`
	Seconds   float64             `json:"seconds"`
}

func (t *terminal) rebuildWith(ctx context.Context, a *app, names []string) error {
	for _, name := range names {
		if !slices.Contains(projections.Names(), name) {
			return usageError{fmt.Errorf("%w: %q", projections.ErrUnknownProjection, name)}
		}
	}
	began := time.Now()
	books := map[eventstore.Book]*rebuilt{}
	bars := map[eventstore.Book]*progressbar.ProgressBar{}
	err := projections.Rebuild(ctx, a.pool, a.store, nil, names, func(p projections.Progress) {
		b := books[p.Book]
		if b == nil {
			b = &rebuilt{Book: p.Book}
			books[p.Book] = b
			bars[p.Book] = t.progressBar(int64(p.Target), fmt.Sprintf("book %d", p.Book))
		}
		b.Position, b.Seconds = p.Position, time.Since(began).Seconds()
		if p.Stage == projections.Loading {
			b.Rows, b.PerSecond = p.Rows, p.PerSecond
		}
		bars[p.Book].Describe(fmt.Sprintf("book %d, %s", p.Book, p.Stage))
		_ = bars[p.Book].Set64(int64(p.Position)) // a bar that cannot be drawn is no reason to stop
	})
	if err != nil {
		return err
	}
	for _, b := range books {
		if t.json {
			if err := t.writeJSON(b); err != nil {
				return err
			}
			continue
		}
		fmt.Fprintf(t.out, "book %d: %d events in %.1f s\n", b.Book, b.Position, b.Seconds)
	}
	return nil
}

// progressBar shows how far long work is, on a terminal only.
func (t *terminal) progressBar(most int64, what string) *progressbar.ProgressBar {
	return progressbar.NewOptions64(max(most, 1),
		progressbar.OptionSetWriter(t.err), progressbar.OptionSetVisibility(t.isTerminal() && !t.json),
		progressbar.OptionSetDescription(what), progressbar.OptionShowIts(), progressbar.OptionSetItsString("events"),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
}
