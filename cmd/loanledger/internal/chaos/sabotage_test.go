package chaos

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"loanledger/adapters/bus"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// sabotage is one thing that is done to what a round left, and the check that must find it.
type sabotage struct {
	name  string
	check string
	sql   []string
	play  func(context.Context, *round) error
}

// saved is the tables that sabotages change; what was there is put back after each.
var saved = []string{"ledger.events", "ledger.batches", "ledger.checkpoints", "chaos.followed"}

// middleOf is the event in the middle of a book.
func middleOf(book int) string {
	return fmt.Sprintf(`book = %[1]d AND position = (SELECT max(position) / 2 + 1 FROM ledger.events WHERE book = %[1]d)`, book)
}

var sabotages = []sabotage{
	{name: "the last batch is lost", check: "acknowledged is there", sql: []string{
		`DELETE FROM ledger.events WHERE book = 1 AND position >= (SELECT max(first_position) FROM ledger.batches WHERE book = 1)`,
		`DELETE FROM ledger.batches WHERE book = 1 AND last_position = (SELECT max(last_position) FROM ledger.batches WHERE book = 1)`,
	}},
	{name: "the last batch is lost, and the tree", check: "tree and checkpoints", sql: []string{
		`DELETE FROM ledger.events WHERE book = 1 AND position >= (SELECT max(first_position) FROM ledger.batches WHERE book = 1)`,
		`DELETE FROM ledger.batches WHERE book = 1 AND last_position = (SELECT max(last_position) FROM ledger.batches WHERE book = 1)`,
	}},
	{name: "an event is gone", check: "positions and versions", sql: []string{`DELETE FROM ledger.events WHERE ` + middleOf(1)}},
	{name: "a byte was changed", check: "batches chained", sql: []string{
		`UPDATE ledger.events SET data = set_byte(data, 0, 33) WHERE ` + middleOf(1),
	}},
	{name: "a byte was changed, for the tree", check: "tree and checkpoints", sql: []string{
		`UPDATE ledger.events SET data = set_byte(data, 0, 33) WHERE ` + middleOf(1),
	}},
	{name: "a loan's event was changed", check: "tree and checkpoints", sql: []string{
		`UPDATE ledger.events SET actor = 'operator:Mallory' WHERE book = 3 AND position = 2`,
	}},
	{name: "time runs back", check: "positions and versions", sql: []string{
		`UPDATE ledger.events SET recorded_at = recorded_at - interval '1 day' WHERE ` + middleOf(2),
	}},
	{name: "an era too early", check: "decided on what was there", sql: []string{
		`UPDATE ledger.events SET data = convert_to(replace(convert_from(data, 'UTF8'), '"era":', '"era":9'), 'UTF8') WHERE book = 1 AND position = 1`,
	}},
	{name: "a checkpoint was signed over something else", check: "tree and checkpoints", sql: []string{
		`UPDATE ledger.checkpoints SET root = sha256(root) WHERE book = 1 AND number = 1`,
	}},
	{name: "a checkpoint was published, and replaced", check: "published checkpoints", sql: []string{
		`UPDATE ledger.checkpoints SET note = note || 'x' WHERE book = 1 AND number = 1`,
	}},
	{name: "a follower wrote twice", check: "cursor moved", sql: []string{
		`INSERT INTO chaos.followed (book, position, sum, by) SELECT book, position, sum, by FROM chaos.followed WHERE book = 1 AND position = 3`,
	}},
	{name: "a follower left one out", check: "cursor moved", sql: []string{`DELETE FROM chaos.followed WHERE book = 4 AND position = 2`}},
	{name: "a debt is off", check: "tables equal", sql: []string{`UPDATE reporting.debt_balances SET principal = principal + 1 WHERE book IN (3, 4)`}},
	{name: "a message is gone", check: "stream LEDGER", play: func(ctx context.Context, r *round) error {
		broker, err := r.crew.broker.process(ctx)
		if err != nil {
			return err
		}
		conn, err := nats.Connect(broker.url)
		if err != nil {
			return err
		}
		defer conn.Close()
		js, err := jetstream.New(conn)
		if err != nil {
			return err
		}
		stream, err := js.Stream(ctx, bus.StreamName)
		if err != nil {
			return err
		}
		return stream.DeleteMsg(ctx, 7)
	}},
	{name: "a refusal is in the log", check: "refused is not there", play: func(_ context.Context, r *round) error {
		for _, t := range r.journal.tries {
			if t.order.Kind == appendOrder && t.acknowledged() {
				t.answer.Status = refused
				return nil
			}
		}
		return errors.New("nothing was appended")
	}},
	{name: "nobody gave a command", check: "every command whole", play: func(_ context.Context, r *round) error {
		for id, tries := range r.journal.commands {
			if tries[0].order.Kind == appendOrder {
				delete(r.journal.commands, id)
			}
		}
		return nil
	}},
	{name: "a process ended by itself", check: "all was answered", play: func(_ context.Context, r *round) error {
		r.violate("processes", "writer-1 ended by itself")
		return nil
	}},
}

// What is tampered with after a round is found, each by the check that is for it; and nothing is found
// where nothing was tampered with.
func TestSabotagesAreFound(t *testing.T) {
	o := options(t, "honest")
	o.Seconds, o.Seed, o.peace = 4, seedOf(t), true
	o.beforeChecks = func(ctx context.Context, r *round) error {
		pool, err := pgxpool.New(ctx, r.database.url())
		if err != nil {
			return err
		}
		defer pool.Close()
		for _, table := range saved {
			if _, err := pool.Exec(ctx, fmt.Sprintf(`CREATE TABLE public.%s AS SELECT * FROM %s`, copyOf(table), table)); err != nil {
				return err
			}
		}
		expect(t, ctx, r, "nothing", "")
		for _, s := range sabotages {
			for _, sql := range s.sql {
				tag, err := pool.Exec(ctx, sql)
				if err == nil && tag.RowsAffected() == 0 {
					err = errors.New("there is nothing to tamper with")
				}
				if err != nil {
					return fmt.Errorf("%s: %w", s.name, err)
				}
			}
			if s.play != nil {
				if err := s.play(ctx, r); err != nil {
					return fmt.Errorf("%s: %w", s.name, err)
				}
			}
			expect(t, ctx, r, s.name, s.check)
			if err := putBack(ctx, pool); err != nil {
				return fmt.Errorf("undo %s: %w", s.name, err)
			}
		}
		return nil
	}
	if _, err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

func putBack(ctx context.Context, pool *pgxpool.Pool) error {
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		for _, table := range saved {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, fmt.Sprintf(`INSERT INTO %s OVERRIDING SYSTEM VALUE SELECT * FROM public.%s`, table, copyOf(table))); err != nil {
				return err
			}
		}
		return nil
	})
}

func copyOf(table string) string { return "saved_" + strings.ReplaceAll(table, ".", "_") }

// expect examines a round, and wants one check to find something; none where none is named.
func expect(t *testing.T, ctx context.Context, r *round, name, check string) {
	t.Helper()
	var only []string
	if check != "" {
		only = append(only, check)
	}
	found, err := r.examine(ctx, only...)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	switch {
	case check == "" && len(found) > 0:
		t.Errorf("%s: %+v", name, found)
	case check != "" && !slices.ContainsFunc(found, func(v Violation) bool { return strings.HasPrefix(v.Check, check) }):
		t.Errorf("%s: %q did not find it: %+v", name, check, found)
	}
}
