package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/caarlos0/env/v11"
	"github.com/spf13/cobra"
)

// config is what a service or a tool is told by flags and by LOANLEDGER_* variables. Flags win.
type config struct {
	DatabaseURL string     `env:"DATABASE_URL"`
	NatsURL     string     `env:"NATS_URL"`
	Listen      string     `env:"LISTEN" envDefault:"127.0.0.1:8080"`
	PublicURL   string     `env:"PUBLIC_URL"`
	KeyFile     string     `env:"KEY_FILE"`
	TokensFile  string     `env:"TOKENS_FILE"`
	LendersDir  string     `env:"LENDERS_DIR"`
	Dir         string     `env:"DIR"`
	URL         string     `env:"URL"`
	Token       string     `env:"TOKEN"`
	LogLevel    slog.Level `env:"LOG_LEVEL" envDefault:"INFO"`
}

// setting is one field of the configuration as a flag.
type setting struct {
	flag  string
	usage string
	field func(*config) *string
}

var settings = map[string]setting{
	"database": {"database-url", "Postgres to use (LOANLEDGER_DATABASE_URL)", func(c *config) *string { return &c.DatabaseURL }},
	"nats":     {"nats-url", "NATS to use (LOANLEDGER_NATS_URL)", func(c *config) *string { return &c.NatsURL }},
	"listen":   {"listen", "address to serve HTTP on (LOANLEDGER_LISTEN)", func(c *config) *string { return &c.Listen }},
	"public":   {"public-url", "address that borrowers reach the service at, for the QR code on papers (LOANLEDGER_PUBLIC_URL)", func(c *config) *string { return &c.PublicURL }},
	"key":      {"key-file", "file with the master key that seals personal data (LOANLEDGER_KEY_FILE)", func(c *config) *string { return &c.KeyFile }},
	"tokens":   {"tokens-file", "file with the hashed access tokens (LOANLEDGER_TOKENS_FILE)", func(c *config) *string { return &c.TokensFile }},
	"lenders":  {"lenders-dir", "folder with a JSON file for each lender; the two that ship with the program by default (LOANLEDGER_LENDERS_DIR)", func(c *config) *string { return &c.LendersDir }},
	"dir":      {"dir", "folder of loanledger dev (LOANLEDGER_DIR)", func(c *config) *string { return &c.Dir }},
	"url":      {"url", "address of a running service; the one of loanledger dev by default (LOANLEDGER_URL)", func(c *config) *string { return &c.URL }},
	"token":    {"token", "access token; the operator's of loanledger dev by default (LOANLEDGER_TOKEN)", func(c *config) *string { return &c.Token }},
}

// configured reads the variables, and makes flags of the named settings.
func configured(c *cobra.Command, names ...string) *config {
	cfg := &config{}
	fromFlags := map[string]*string{}
	for _, name := range names {
		s := settings[name]
		fromFlags[name] = c.Flags().String(s.flag, "", s.usage)
	}
	c.PreRunE = func(*cobra.Command, []string) error {
		if err := env.ParseWithOptions(cfg, env.Options{Prefix: "LOANLEDGER_"}); err != nil {
			return usageError{err}
		}
		for name, value := range fromFlags {
			if *value != "" {
				*settings[name].field(cfg) = *value
			}
		}
		return nil
	}
	return cfg
}

// needs names the settings that a command cannot do without.
func (c *config) needs(names ...string) error {
	for _, name := range names {
		s := settings[name]
		if *s.field(c) == "" {
			return usageError{fmt.Errorf("--%s is needed: %s", s.flag, s.usage)}
		}
	}
	return nil
}

// logger writes to standard error, as text for a person or as JSON for a collector.
func (t *terminal) logger(level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if t.isTerminal() {
		return slog.New(slog.NewTextHandler(t.err, options))
	}
	return slog.New(slog.NewJSONHandler(t.err, options))
}

func (t *terminal) isTerminal() bool {
	f, is := t.err.(*os.File)
	if !is {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// database is the database that a tool works on: the one that it is told, or that of loanledger dev.
func (c *config) database(ctx context.Context) (string, error) {
	if c.DatabaseURL != "" {
		return c.DatabaseURL, nil
	}
	note, err := readDevNote(c.devDir())
	if err != nil {
		return "", hinted{fmt.Errorf("no database: %w", err), "give --database-url, or start loanledger dev and name its --dir"}
	}
	return note.DatabaseURL, ctx.Err()
}
