package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"loanledger/adapters/access"
	"loanledger/adapters/schema"
	"loanledger/adapters/vault"

	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"
)

func (t *terminal) serve() *cobra.Command {
	c := &cobra.Command{
		Use:   "serve",
		Short: "Serve against your own Postgres and NATS",
		Long: `Serves the API, publishes the log, keeps the tables and closes the days. Any number of processes may
serve at once. It needs Postgres 15 or newer, NATS with JetStream, the master key that seals personal
data (loanledger key new) and a file of access tokens (loanledger token new).`,
		Example: "  LOANLEDGER_DATABASE_URL=postgres://... LOANLEDGER_NATS_URL=nats://... loanledger serve --key-file master.key --tokens-file tokens.json",
		Args:    noArguments,
	}
	cfg := configured(c, "database", "nats", "listen", "public", "key", "tokens", "lenders")
	noMigrate := c.Flags().Bool("no-migrate", false, "expect the tables to be there: loanledger migrate makes them")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := cfg.needs("database", "nats", "key", "tokens"); err != nil {
			return err
		}
		return t.serveWith(c.Context(), cfg, *noMigrate)
	}
	return c
}

func (t *terminal) serveWith(ctx context.Context, cfg *config, noMigrate bool) error {
	log := t.logger(cfg.LogLevel)
	master, err := vault.LoadMaster(cfg.KeyFile)
	if err != nil {
		return hinted{err, "make one with loanledger key new, and keep a copy apart from the database"}
	}
	tokens, err := access.Load(cfg.TokensFile)
	if err != nil {
		return hinted{err, "make one with loanledger token new"}
	}
	lenders, err := loadLenders(cfg.LendersDir)
	if err != nil {
		return err
	}
	if !noMigrate {
		if err := schema.Migrate(ctx, cfg.DatabaseURL, tables()...); err != nil {
			return hinted{err, "see whether the database is up: loanledger doctor"}
		}
	}
	a, err := openApp(ctx, cfg.DatabaseURL, servingName(), master, time.Now, log)
	if err != nil {
		return err
	}
	defer a.close()
	if err := a.openLenders(ctx, lenders, 0); err != nil {
		return err
	}
	conn, err := connectNATS(cfg.NatsURL)
	if err != nil {
		return hinted{err, "see whether NATS is up: loanledger doctor"}
	}
	defer conn.Close()
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return err
	}
	public := cfg.PublicURL
	if public == "" {
		public = "http://" + listener.Addr().String()
	}
	log.Info("serving", "url", "http://"+listener.Addr().String(), "lenders", len(lenders))
	s := newService(a, conn, cfg.NatsURL, tokens, public)
	close(s.ready)
	return s.run(ctx, listener)
}

// connectNATS connects, and connects again for ever when the connection is lost: the log goes on
// without NATS and is published when it is back.
func connectNATS(url string) (*nats.Conn, error) {
	conn, err := nats.Connect(url, nats.Name("loanledger"), nats.MaxReconnects(-1), nats.ReconnectWait(250*time.Millisecond),
		nats.RetryOnFailedConnect(true), nats.Timeout(5*time.Second))
	if err != nil {
		return nil, fmt.Errorf("connect to NATS: %w", err)
	}
	return conn, nil
}
