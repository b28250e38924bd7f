package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// audit is what an auditor has of a running service: files, and a connection to spoil things with.
type audit struct {
	*devService
	t    *testing.T
	conn *pgx.Conn
	dir  string
}

func newAudit(t *testing.T) *audit {
	t.Helper()
	a := &audit{devService: startDev(t, t.TempDir()), t: t, dir: t.TempDir()}
	conn, err := pgx.Connect(t.Context(), a.DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	a.conn = conn
	return a
}

// file writes a file for the auditor and answers its path.
func (a *audit) file(name string, data []byte) string {
	a.t.Helper()
	path := filepath.Join(a.dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		a.t.Fatal(err)
	}
	return path
}

// get is the body of an answer.
func (a *audit) get(path string) []byte {
	a.t.Helper()
	got, err := a.call(a.t.Context(), "auditor", http.MethodGet, path, "", nil)
	if err != nil || got.status != 200 {
		a.t.Fatalf("%s: %d %s %v", path, got.status, got.body, err)
	}
	return got.body
}

func (a *audit) exec(sql string) {
	a.t.Helper()
	if _, err := a.conn.Exec(a.t.Context(), sql); err != nil {
		a.t.Fatal(err)
	}
}

func query[T any](a *audit, sql string) (value T) {
	a.t.Helper()
	if err := a.conn.QueryRow(a.t.Context(), sql).Scan(&value); err != nil {
		a.t.Fatalf("%s: %v", sql, err)
	}
	return value
}

// keys is a file with the public keys of a lender.
func (a *audit) keys(lender string) string {
	a.t.Helper()
	out, err := a.tool("key", "public", "--lender", lender)
	if err != nil {
		a.t.Fatalf("%v %s", err, out)
	}
	return a.file(fmt.Sprintf("%s-%d.keys", lender, strings.Count(out, "\n")+1), []byte(out))
}

// offline runs verify where there is no service, and expects it to say something.
func (a *audit) offline(exit int, says string, args ...string) {
	a.t.Helper()
	out, said, code := loanledger(a.t, "", append([]string{"verify"}, args...)...)
	if code != exit || !strings.Contains(out+said, says) {
		a.t.Errorf("verify %s: exit %d, %s%s", strings.Join(args, " "), code, out, said)
	}
}

// A certificate and a proof verify with the public key alone, and not when anything in them is changed.
func TestVerifyOffline(t *testing.T) {
	a := newAudit(t)
	number := query[string](a, `SELECT number FROM reporting.certificates WHERE lender = 'smartcash'`)
	asJSON, asPDF := a.get("/v1/certificates/"+number), a.get("/v1/certificates/"+number+".pdf")
	if string(asPDF) != string(a.get("/v1/certificates/"+number+".pdf")) {
		t.Error("the certificate has other bytes the second time")
	}
	position := fmt.Sprint(query[int64](a, `SELECT position FROM reporting.certificates WHERE lender = 'smartcash'`))
	asked := a.get("/v1/log/proof?lender=smartcash&data=true&position=" + position)
	keys, others := a.keys("smartcash"), a.keys("cashper")
	line, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	key, _, _ := strings.Cut(string(line), " ")
	a.stop() // nothing below needs a service or a database

	contract := query0(t, asJSON, "loans", "0", "number")
	for _, good := range []string{a.file("c.json", asJSON), a.file("c.pdf", asPDF)} {
		a.offline(0, "the certificate states what the event says: "+number, "--certificate", good, "--key", keys)
		a.offline(0, contract, "--certificate", good, "--key", key, "--json")
		a.offline(1, "no signature by a known key", "--certificate", good, "--key", others)
		a.offline(1, "no public key of loanledger/smartcash/", "--certificate", good)
		a.offline(2, "neither a file nor a public key", "--certificate", good, "--key", "hello")
	}
	a.offline(0, "the event at position "+position+" is in it: borrower.no_debt_certified", "--proof", a.file("p.json", asked), "--key", keys)
	a.offline(1, "the data shown is not what the event", "--proof", a.file("q.json", []byte(strings.Replace(string(asked), `\"on\"`, `\"no\"`, 1))), "--key", keys)
	a.offline(1, "not a proof", "--proof", a.file("c.pdf", asPDF), "--key", keys)

	forge := func(says string, old, changed string) {
		t.Helper()
		forged := strings.Replace(string(asJSON), old, changed, 1)
		if forged == string(asJSON) {
			t.Fatalf("%s is not there", old)
		}
		a.offline(1, says, "--certificate", a.file("forged.json", []byte(forged)), "--key", keys)
	}
	forge("its number is", `"certificate":"`+number, `"certificate":"SC-0000-0000-0000`)
	forge("its loans are", `"number":"`+contract, `"number":"SC-0000-0000-0000`)
	forge("its lender is", `"lender":"smartcash"`, `"lender":"cashper"`)
	forge("not a proof", `"position":`+position, `"position":`+position+"0")
	forge("does not have this event", `"type":"borrower.`, `"type":"burrower.`)
	a.offline(1, "it was continued after its end", "--certificate", a.file("forged.pdf", append(asPDF, "\n1 0 obj\n<<>>\nendobj\nstartxref\n9\n%%EOF\n"...)), "--key", keys)
	a.offline(1, "carries no proof", "--certificate", a.file("none.json", []byte(`{"certificate":"`+number+`"}`)), "--key", keys)
	a.offline(1, "neither a PDF nor", "--certificate", a.file("none.txt", []byte(`hello`)), "--key", keys)
	a.offline(2, "", "--certificate", filepath.Join(a.dir, "nowhere"), "--key", keys)
	a.offline(2, "", "--certificate", "x", "--proof", "y")
}

// query0 is a text somewhere in a JSON document; numbers lead into lists.
func query0(t *testing.T, data []byte, path ...string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	for _, p := range path {
		switch at := v.(type) {
		case map[string]any:
			v = at[p]
		case []any:
			v = at[p[0]-'0']
		}
	}
	text, is := v.(string)
	if !is {
		t.Fatalf("%v in %s", path, data)
	}
	return text
}

// Today's log is held against what was kept before; keys are replaced in between; every checkpoint is
// witnessed over NATS; and what somebody changes in the database is named.
func TestVerifyTheLog(t *testing.T) {
	a := newAudit(t)
	kept := a.file("kept.txt", a.get("/v1/log/checkpoint?lender=smartcash"))
	before := a.keys("smartcash")
	if out, err := a.tool("key", "rotate", "--lender", "smartcash"); err != nil || strings.Count(out, "loanledger/smartcash/") != 2 {
		t.Fatalf("%v %s", err, out)
	}
	a.must("operator", http.MethodPut, "/v1/lenders/smartcash/products/unsigned", "", unsignedProduct)
	last := a.get("/v1/log/checkpoint?lender=smartcash")
	after := a.keys("smartcash")

	verified := func(says string, args ...string) {
		t.Helper()
		out, err := a.tool(append([]string{"verify"}, args...)...)
		if (err == nil) != strings.HasPrefix(says, "everything agrees") || !strings.Contains(out, says) {
			t.Errorf("verify %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	verified("everything agrees", "--checkpoint", kept, "--key", after)
	verified("everything agrees")
	verified("no signature by a known key", "--key", before)
	forged := a.file("forged.txt", []byte(strings.Replace(string(last), "\n\n", "x\n\n", 1)))
	verified("not a checkpoint", "--checkpoint", forged)
	if out, err := a.tool("doctor"); err != nil || strings.Count(out, "ok   tree of book") != 2 {
		t.Errorf("doctor: %v\n%s", err, out)
	}
	a.witnessed(last)

	position := query[int64](a, `SELECT max(position) - 3 FROM ledger.events WHERE book = (SELECT book FROM ledger.books WHERE lender = 'smartcash')`)
	where := fmt.Sprintf(` WHERE book = (SELECT book FROM ledger.books WHERE lender = 'smartcash') AND position = %d`, position)
	a.exec(`UPDATE ledger.events SET data = set_byte(data, 5, get_byte(data, 5) # 1)` + where)
	verified(fmt.Sprintf("position %d", position), "--key", after)
	a.exec(`UPDATE ledger.events SET data = set_byte(data, 5, get_byte(data, 5) # 1)` + where)
	verified("everything agrees", "--key", after, "--checkpoint", kept)
}

// witnessed waits for a checkpoint on the stream of checkpoints.
func (a *audit) witnessed(note []byte) {
	a.t.Helper()
	conn, err := nats.Connect(a.NatsURL)
	if err != nil {
		a.t.Fatal(err)
	}
	defer conn.Close()
	js, err := jetstream.New(conn)
	if err != nil {
		a.t.Fatal(err)
	}
	book := query[int](a, `SELECT book FROM ledger.books WHERE lender = 'smartcash'`)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		stream, err := js.Stream(a.t.Context(), "LEDGER_CHECKPOINTS")
		if err == nil {
			m, err := stream.GetLastMsgForSubject(a.t.Context(), fmt.Sprintf("ledger.checkpoint.smartcash.%d", book))
			if err == nil && string(m.Data) == string(note) {
				return
			}
		}
		if time.Now().After(deadline) {
			a.t.Fatalf("the checkpoint is not on the stream: %v", err)
		}
	}
}
