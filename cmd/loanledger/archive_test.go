package main_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// connect is a connection of the auditor's to the database.
func (a *audit) connect() *pgx.Conn {
	a.t.Helper()
	conn, err := pgx.Connect(a.t.Context(), a.DatabaseURL)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// await waits until a query answers true.
func (a *audit) await(sql string) {
	a.t.Helper()
	for deadline := time.Now().Add(time.Minute); !query[bool](a, sql); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			a.t.Fatalf("not within a minute: %s", sql)
		}
	}
}

// cutLeaf lets the first leaf of a book end at a position that the book has not come to yet.
func (a *audit) cutLeaf(book, last int64) {
	a.t.Helper()
	tx, err := a.conn.Begin(a.t.Context())
	if err != nil {
		a.t.Fatal(err)
	}
	a.exec(fmt.Sprintf(`ALTER TABLE ledger.events DETACH PARTITION ledger.events_%d_1`, book))
	a.exec(fmt.Sprintf(`ALTER TABLE ledger.events ATTACH PARTITION ledger.events_%[1]d_1 FOR VALUES FROM (%[1]d, 1) TO (%[1]d, %[2]d)`, book, last+1))
	a.exec(fmt.Sprintf(`UPDATE ledger.leaves SET last_position = %d WHERE book = %d`, last, book))
	if err := tx.Commit(a.t.Context()); err != nil {
		a.t.Fatal(err)
	}
}

// Old data goes to files and comes back, while the service runs; what stays is enough for everything
// but the histories that have ended.
func TestArchiveAndRestore(t *testing.T) {
	a := newAudit(t)
	dir := filepath.Join(a.dir, "archive")
	const last = 2 * 256 // the tree is built by 256 events
	book := query[int64](a, `SELECT book FROM ledger.books WHERE lender = 'smartcash'`)
	a.cutLeaf(book, last)
	a.must("operator", http.MethodPut, "/v1/lenders/smartcash/products/unsigned", "", unsignedProduct)
	for n := 0; headOf(a.devService, "smartcash") <= last+10; n++ {
		if len(lifeOf(a.devService, t.Context(), fmt.Sprintf("archive-%d", n))) < 5 {
			t.Fatal("a loan was not taken out and repaid")
		}
	}
	a.await(fmt.Sprintf(`SELECT min(position) >= %d FROM ledger.cursors WHERE book = %d`, last, book))
	closed := query[string](a, fmt.Sprintf(`SELECT loan_id::text FROM reporting.accounts WHERE book = %d AND status = 'closed' AND position < %d LIMIT 1`, book, last))
	active := query[string](a, fmt.Sprintf(`SELECT loan_id::text FROM reporting.accounts WHERE book = %d AND status = 'active' LIMIT 1`, book))
	said := func(wantOK bool, says string, args ...string) {
		t.Helper()
		if out, err := a.tool(args...); (err == nil) != wantOK || !strings.Contains(out, says) {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	loan := func(id string, status int) {
		t.Helper()
		got, err := a.call(t.Context(), "operator", http.MethodGet, "/v1/loans/"+id, "", nil)
		if err != nil || got.status != status || status == http.StatusGone && !strings.Contains(string(got.body), `"archived"`) {
			t.Errorf("loan %s: %d %s %v", id, got.status, got.body, err)
		}
	}
	said(true, "nothing to archive", "archive", "--lender", "smartcash", "--before", "2000-01-01", "--archive", dir)
	said(true, fmt.Sprintf("book %d, positions 1 to %d: book-", book, last), "archive", "--lender", "smartcash", "--through", fmt.Sprint(last), "--archive", dir)
	if n := query[int64](a, `SELECT count(*) FROM ledger.events WHERE data IS NULL`); n == 0 {
		t.Fatal("nothing was archived")
	}
	said(true, "archived on ", "archive", "list", "--lender", "smartcash")
	said(false, "next: name the folder with the archived files: --archive", "verify")
	said(false, "next: name the folder with the archived files: --archive", "rebuild")
	said(true, "everything agrees", "verify", "--archive", dir)
	said(true, fmt.Sprintf("book %d: ", book), "rebuild", "--archive", dir)
	said(true, "everything agrees", "verify", "--archive", dir)

	a.stop()
	again := startDev(t, a.devService.dir)
	a.devService = again
	a.conn = a.connect()
	loan(closed, http.StatusGone)
	loan(active, http.StatusOK)
	got, err := a.call(t.Context(), "operator", http.MethodPost, "/v1/loans/"+closed+"/repayments", "late", map[string]string{"amount": "1.00"})
	if err != nil || got.status != http.StatusGone {
		t.Errorf("a command to an archived loan: %d %s %v", got.status, got.body, err)
	}
	file := query[string](a, `SELECT archive FROM ledger.leaves WHERE archive IS NOT NULL`)
	said(true, "all data is in the database again", "archive", "restore", "--file", filepath.Join(dir, file))
	loan(closed, http.StatusOK)
	said(true, "everything agrees", "verify")
}
