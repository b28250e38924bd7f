package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"loanledger/adapters/localnats"
	"loanledger/adapters/localpg"
	"loanledger/domain/date"

	"github.com/spf13/cobra"
)

// devDatabase is the name of the database of loanledger dev.
const devDatabase = "loanledger"

func (t *terminal) dev() *cobra.Command {
	c := &cobra.Command{
		Use:   "dev",
		Short: "Run everything on this machine, with sample lenders and loans",
		Long: `Starts a private Postgres from installed binaries, NATS with JetStream in this process, and the
service with two lenders, their sample products and a few sample loans. Everything stays in one
folder and is there again at the next start. Ctrl-C stops it.

This is for trying and developing, not for production: see loanledger serve.`,
		Example: "  loanledger dev\n  loanledger dev --dir /tmp/ledger --clock 2026-03-02",
		Args:    noArguments,
	}
	clock := c.Flags().String("clock", "", "start a test clock on this date, YYYY-MM-DD; clock advance moves it")
	noSamples := c.Flags().Bool("no-samples", false, "leave the sample loans out")
	cfg := configured(c, "dir", "listen")
	c.RunE = func(c *cobra.Command, _ []string) error {
		o := devOptions{dir: cfg.devDir(), listen: cfg.Listen, samples: !*noSamples}
		if *clock != "" {
			on, err := date.Parse(*clock)
			if err != nil {
				return usageError{fmt.Errorf("--clock: %w", err)}
			}
			o.clock = on
		}
		return t.runDev(c.Context(), cfg, o)
	}
	return c
}

// devOptions is what loanledger dev is told.
type devOptions struct {
	dir     string
	listen  string
	clock   date.Date // of the test clock; none without
	samples bool
}

// runDev starts the servers, serves until the context ends, and stops the servers.
func (t *terminal) runDev(ctx context.Context, cfg *config, o devOptions) (err error) {
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	log := t.logger(max(cfg.LogLevel, quietly))
	listener, err := net.Listen("tcp", o.listen)
	if err != nil {
		return hinted{err, "choose another address with --listen, or stop what listens there"}
	}
	defer listener.Close()
	t.say("starting Postgres and NATS in %s", o.dir)
	pg, err := localpg.Start(ctx, localpg.Options{Dir: filepath.Join(o.dir, "postgres")})
	if err != nil {
		return startHint(err)
	}
	defer func() { err = errors.Join(err, pg.Stop(context.WithoutCancel(ctx))) }()
	if err := pg.EnsureDatabase(ctx, devDatabase); err != nil {
		return err
	}
	natsServer, err := localnats.Start(localnats.Options{Dir: filepath.Join(o.dir, "nats"), Log: t.logger(slog.LevelError)})
	if err != nil {
		return startHint(err)
	}
	defer func() { err = errors.Join(err, natsServer.Stop()) }()
	return t.serveDev(ctx, log, o, pg.URL(devDatabase), natsServer.URL(), listener)
}

// startHint says what to do about a server that does not start.
func startHint(err error) error {
	switch {
	case errors.Is(err, localpg.ErrNoBinaries):
		return hinted{err, "make dev installs Postgres; or install the package postgresql"}
	case errors.Is(err, localpg.ErrOwned), errors.Is(err, localnats.ErrOwned):
		return hinted{err, "stop the other loanledger dev, or choose another folder with --dir"}
	}
	return err
}

// say tells a person what goes on; a program that reads JSON is left alone.
func (t *terminal) say(format string, values ...any) {
	if !t.json {
		fmt.Fprintf(t.err, format+"\n", values...)
	}
}

// announce tells that everything is ready: to a program in one line of JSON, to a person at length.
func (t *terminal) announce(note devNote, businessDates map[string]date.Date, testClock bool, took time.Duration) error {
	if t.json {
		return t.writeJSON(note)
	}
	w := t.out
	fmt.Fprintf(w, "\nloanledger dev is ready after %.1f s. It is not for production.\n\n", took.Seconds())
	fmt.Fprintf(w, "  service    %s\n  API page   %s/docs\n  messages   %s/sandbox/messages   (captured SMS and e-mail)\n", note.URL, note.URL, note.URL)
	fmt.Fprintf(w, "  database   %s\n  NATS       %s\n\n", note.DatabaseURL, note.NatsURL)
	for _, l := range note.Lenders {
		fmt.Fprintf(w, "  lender     %-10s business date %s\n", l.Code, businessDates[l.Code])
	}
	fmt.Fprintln(w)
	for _, role := range devRoles {
		fmt.Fprintf(w, "  token      %-10s %s\n", role, note.Tokens[string(role)])
	}
	next := "curl -H \"Authorization: Bearer " + note.Tokens["service"] + "\" " + note.URL + "/v1/lenders"
	if testClock {
		next = "loanledger clock advance --days 1   or   " + next
	}
	_, err := fmt.Fprintf(w, "\nnext: %s\nCtrl-C stops it; the data stay.\n", next)
	return err
}

// awaitHealth waits until the service answers.
func awaitHealth(ctx context.Context, url string) error {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/readyz", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return nil
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
