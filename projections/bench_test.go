package projections_test

import (
	"fmt"
	"testing"
	"time"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/domain/money"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// BenchmarkProjections measures, on a server that syncs, how fast events are projected by a rebuild
// and by a runner that is behind, beside a COPY of the very rows by one session.
func BenchmarkProjections(b *testing.B) {
	s := openScene(b, pgtest.Server(b).Database(pgstore.Migrations, projections.Migrations))
	l := newLives(b, s.store, 1, money.RUB, 1)
	l.inBulk = true
	for range 30 {
		for range 3000 {
			l.step()
		}
		l.closeDay()
		l.flush()
	}
	events := float64(l.head())
	b.ResetTimer()
	for range b.N {
		if _, err := s.pool.Exec(b.Context(), `UPDATE ledger.cursors SET position = 0`); err != nil {
			b.Fatal(err)
		}
		for _, name := range projections.Names() {
			if _, err := s.pool.Exec(b.Context(), `TRUNCATE reporting.`+name); err != nil {
				b.Fatal(err)
			}
		}
		started := time.Now()
		r := s.runner()
		stop := s.run(r, 1)
		s.catchUp(r, l)
		stop()
		b.ReportMetric(events/time.Since(started).Seconds(), "live-events/s")

		started = time.Now()
		if err := projections.Rebuild(b.Context(), s.pool, s.store, nil, nil, quiet); err != nil {
			b.Fatal(err)
		}
		rebuilt := events / time.Since(started).Seconds()
		copied := events / s.copyRows().Seconds()
		b.ReportMetric(rebuilt, "rebuilt-events/s")
		b.ReportMetric(copied, "copied-events/s")
		b.ReportMetric(rebuilt/copied, "rebuilt/copied")
	}
}

// copyRows is how long one session takes to COPY the rows of all projections.
func (s *scene) copyRows() time.Duration {
	s.t.Helper()
	var total time.Duration
	for _, name := range projections.Names() {
		rows, err := s.pool.Query(s.t.Context(), `SELECT * FROM reporting.`+name)
		if err != nil {
			s.t.Fatal(err)
		}
		columns := make([]string, 0, 24)
		for _, f := range rows.FieldDescriptions() {
			columns = append(columns, f.Name)
		}
		values, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
		if err != nil {
			s.t.Fatal(err)
		}
		table := "copied_" + uuid.NewString()[:8]
		if _, err := s.pool.Exec(s.t.Context(), fmt.Sprintf(`CREATE TABLE %s (LIKE reporting.%s)`, table, name)); err != nil {
			s.t.Fatal(err)
		}
		started := time.Now()
		for len(values) > 0 {
			n := min(10_000, len(values))
			if _, err := s.pool.CopyFrom(s.t.Context(), pgx.Identifier{table}, columns, pgx.CopyFromRows(values[:n])); err != nil {
				s.t.Fatal(err)
			}
			values = values[n:]
		}
		total += time.Since(started)
	}
	return total
}

// flush appends what was collected in bulk, as one command's.
func (l *lives) flush() {
	l.t.Helper()
	logged := l.collected
	l.collected = nil
	l.inBulk = false
	for len(logged) > 0 {
		n := min(1000, len(logged))
		l.append(logged[:n])
		logged = logged[n:]
	}
	l.inBulk = true
}
