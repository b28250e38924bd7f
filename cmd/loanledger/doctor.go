package main

import (
	"context"
	"fmt"
	"time"

	"loanledger/adapters/access"
	"loanledger/adapters/bus"
	"loanledger/adapters/schema"
	"loanledger/adapters/vault"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/spf13/cobra"
)

// finding is one thing that the doctor looked at.
type finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Next   string `json:"next,omitempty"`
	// Work is, of a book, what follows its log.
	Work []work `json:"work,omitempty"`
}

func (t *terminal) doctor() *cobra.Command {
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Say what is configured, reachable and behind",
		Args:  noArguments,
	}
	cfg := configured(c, "database", "nats", "key", "tokens", "dir")
	c.RunE = func(c *cobra.Command, _ []string) error {
		ctx, cancel := context.WithTimeout(c.Context(), 20*time.Second)
		defer cancel()
		findings := diagnose(ctx, cfg)
		if t.json {
			if err := t.writeJSON(map[string]any{"findings": findings}); err != nil {
				return err
			}
		}
		bad := 0
		for _, f := range findings {
			mark := "ok  "
			if !f.OK {
				mark = "BAD "
				bad++
			}
			if t.json {
				continue
			}
			fmt.Fprintf(t.out, "%s %-22s %s\n", mark, f.What, f.Detail)
			for _, w := range f.Work {
				fmt.Fprintf(t.out, "     %-22s %s\n", w.Name, w)
			}
			if f.Next != "" {
				fmt.Fprintf(t.out, "     next: %s\n", f.Next)
			}
		}
		if bad > 0 {
			return fmt.Errorf("%d of %d findings are bad", bad, len(findings))
		}
		return nil
	}
	return c
}

// diagnose looks at everything that a service needs. The settings of loanledger dev stand in for
// those that are not given.
func diagnose(ctx context.Context, cfg *config) []finding {
	if cfg.DatabaseURL == "" && cfg.NatsURL == "" {
		if note, err := readDevNote(cfg.devDir()); err == nil {
			cfg.DatabaseURL, cfg.NatsURL = note.DatabaseURL, note.NatsURL
		}
	}
	findings := diagnoseDatabase(ctx, cfg.DatabaseURL)
	findings = append(findings, diagnoseNATS(cfg.NatsURL))
	if cfg.KeyFile != "" {
		_, err := vault.LoadMaster(cfg.KeyFile)
		findings = append(findings, judged("master key", "readable", err, "loanledger serve makes none: create one with loanledger key new"))
	}
	if cfg.TokensFile != "" {
		_, err := access.Load(cfg.TokensFile)
		findings = append(findings, judged("token file", "readable", err, "make a token: loanledger token new"))
	}
	return findings
}

func judged(what, good string, err error, next string) finding {
	if err != nil {
		return finding{What: what, Detail: err.Error(), Next: next}
	}
	return finding{What: what, OK: true, Detail: good}
}

func diagnoseDatabase(ctx context.Context, url string) []finding {
	if url == "" {
		return []finding{{What: "database", Detail: "not configured", Next: "set LOANLEDGER_DATABASE_URL"}}
	}
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return []finding{{What: "database", Detail: "the URL cannot be read", Next: "see LOANLEDGER_DATABASE_URL"}}
	}
	defer pool.Close()
	var version string
	if err := pool.QueryRow(ctx, `SELECT current_setting('server_version')`).Scan(&version); err != nil {
		return []finding{{What: "database", Detail: err.Error(), Next: "is the server up, and the URL right?"}}
	}
	findings := []finding{{What: "database", OK: true, Detail: "Postgres " + version}}
	states, err := schema.Status(ctx, url, tables()...)
	if err != nil {
		return append(findings, judged("tables", "", err, "loanledger migrate"))
	}
	for _, s := range states {
		f := finding{What: "tables of " + s.Set, OK: len(s.Pending) == 0, Detail: fmt.Sprintf("version %d of %d", s.Applied, s.Latest)}
		if !f.OK {
			f.Next = "loanledger migrate"
		}
		findings = append(findings, f)
	}
	return append(findings, diagnoseBooks(ctx, pool)...)
}

func diagnoseNATS(url string) finding {
	if url == "" {
		return finding{What: "nats", Detail: "not configured", Next: "set LOANLEDGER_NATS_URL"}
	}
	conn, err := nats.Connect(url, nats.Timeout(5*time.Second), nats.MaxReconnects(0))
	if err != nil {
		return finding{What: "nats", Detail: err.Error(), Next: "is the server up, and the URL right?"}
	}
	defer conn.Close()
	js, err := conn.JetStream()
	if err != nil {
		return finding{What: "nats", Detail: err.Error()}
	}
	info, err := js.StreamInfo(bus.StreamName)
	if err != nil {
		return finding{What: "nats", Detail: "connected, but the stream " + bus.StreamName + " is not there", Next: "loanledger serve makes it; is JetStream enabled?"}
	}
	return finding{What: "nats", OK: true, Detail: fmt.Sprintf("stream %s holds %d messages", bus.StreamName, info.State.Msgs)}
}
