package httpapi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"loanledger/adapters/access"
	"loanledger/adapters/desk"
	"loanledger/adapters/httpapi"
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/product"
	"loanledger/eventstore"
	"loanledger/eventstore/memstore"
	"loanledger/eventstore/tree"
	"loanledger/projections"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
)

// house is the API on a log in memory, with both sample lenders.
type house struct {
	t      testing.TB
	api    *httpapi.API
	server *httptest.Server
	desk   *desk.Desk
	log    *memstore.Store
	keeper *keeper
	notary *notary
	logged *safeBuffer
	tokens map[string]string // secret by name

	mu  sync.Mutex
	now time.Time
}

// firstDay is the business date on which every house opens.
var firstDay = date.MustParse("2026-01-15")

var lenderCodes = []string{"smartcash", "cashper"}

// newHouse opens a house; change may replace parts of it before it is built.
func newHouse(t testing.TB, change ...func(*house, *httpapi.Config)) *house {
	t.Helper()
	h := &house{t: t, keeper: newKeeper(), logged: &safeBuffer{}, tokens: map[string]string{}, now: time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)}
	h.log = memstore.New(h.clock)
	h.notary = newNotary(h)
	h.desk = desk.New(h.log, h.keeper, desk.NewLenders(), h.clock)
	for i, sample := range []string{"smartcash-payday", "cashper-minicredit"} {
		lender, err := book.ParseLender(read(t, "lenders/"+lenderCodes[i]+".json"))
		must(t, err)
		must(t, h.desk.Open(t.Context(), ident.Book(i+1), lender, firstDay))
		p, err := product.Parse(read(t, "samples/"+sample+".json"))
		must(t, err)
		entry, err := ledger.Lookup("book.publish_product")
		must(t, err)
		_, err = h.desk.Do(t.Context(), ledger.Request{Book: ident.Book(i + 1), Key: "sample", Actor: "test",
			Command: ledger.Command{Entry: entry, Body: &ledger.PublishProduct{Product: p}}})
		must(t, err)
	}
	c := h.config()
	for _, f := range change {
		f(h, &c)
	}
	h.api = httpapi.New(c)
	h.server = httptest.NewServer(h.api)
	t.Cleanup(h.server.Close)
	return h
}

func (h *house) config() httpapi.Config {
	var entries []access.Entry
	for name, lenders := range map[string][]string{"": {access.AllLenders}, "-smartcash": {"smartcash"}, "-cashper": {"cashper"}} {
		for _, role := range []access.Role{access.Service, access.Operator, access.Auditor, access.Analyst} {
			secret, e, err := access.NewToken(role, string(role)+name, lenders)
			must(h.t, err)
			h.tokens[e.Name] = secret
			entries = append(entries, e)
		}
	}
	tokens, err := access.Of(entries...)
	must(h.t, err)
	return httpapi.Config{
		Commands: h.desk, Loans: h.desk, Books: h.desk, Directory: h.desk.Lenders(), Log: h.log, Proofs: h.notary, Certificates: certificates{h},
		Person: h.person,
		CloseDay: func(ctx context.Context, lender string, on date.Date, progress func(date.Date, int)) error {
			return h.desk.CloseDay(ctx, lender, on, h.allLoans, progress)
		},
		OpenBooks: h.openBooks,
		Authenticate: func(secret string) (httpapi.Caller, bool) {
			p, known := tokens.Authenticate(secret)
			return httpapi.Caller{Name: p.Name, Role: p.Role, May: p.May}, known
		},
		Metrics: prometheus.NewRegistry(), Logger: slog.New(slog.NewJSONHandler(h.logged, nil)), Version: "test",
	}
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(time.Millisecond)
	return h.now
}

// advance moves the clock by days and closes the dates that ended, over HTTP.
func (h *house) advance(lender string, days int) {
	h.t.Helper()
	h.mu.Lock()
	h.now = h.now.AddDate(0, 0, days)
	h.mu.Unlock()
	b, err := h.desk.Book(h.t.Context(), lender)
	must(h.t, err)
	last := b.Business.AddDays(days - 1)
	h.post("operator", "/v1/lenders/"+lender+"/day-closings", `{"date":"`+last.String()+`"}`).want(200)
}

// code is the code that signs a loan.
func (h *house) code(loan string) string { return h.desk.SigningCode(uuid.MustParse(loan)) }

// allLoans is every loan of a book, as candidates for the closing of a day.
func (h *house) allLoans(ctx context.Context, b ident.Book, _ date.Date, upTo eventstore.Position) ([]uuid.UUID, error) {
	events, err := h.log.ReadBook(ctx, eventstore.Book(b), 0, int(upTo)+1)
	var ids []uuid.UUID
	for _, e := range events {
		if e.Type == "loan.applied" {
			ids = append(ids, e.Stream)
		}
	}
	return ids, err
}

// person is who a borrower is, as the command of the service wires it.
func (h *house) person(ctx context.Context, id uuid.UUID) (borrower.Person, bool, error) {
	p, err := h.desk.Person(ctx, id)
	if errors.Is(err, errErased) {
		return p, false, nil
	}
	return p, true, err
}

// certificates finds certificates by reading the whole log.
type certificates struct{ h *house }

func (c certificates) Certificate(ctx context.Context, number string) (borrower.DebtCleared, error) {
	cleared, _, err := c.find(ctx, number)
	return cleared, err
}

func (c certificates) find(ctx context.Context, number string) (borrower.DebtCleared, eventstore.Event, error) {
	for _, b := range c.h.desk.Lenders().Books("") {
		events, err := c.h.log.ReadBook(ctx, eventstore.Book(b), 0, 1_000_000)
		if err != nil {
			return borrower.DebtCleared{}, eventstore.Event{}, err
		}
		for _, e := range events {
			if f, err := projections.Decode(e); err == nil {
				if cleared, is := f.(borrower.DebtCleared); is && cleared.Certificate == number {
					return cleared, e, nil
				}
			}
		}
	}
	return borrower.DebtCleared{}, eventstore.Event{}, httpapi.ErrNoCertificate
}

func (c certificates) ProveCertificate(ctx context.Context, number string) (tree.Proof, error) {
	_, e, err := c.find(ctx, number)
	if err != nil {
		return tree.Proof{}, err
	}
	p, data, err := c.h.notary.Prove(ctx, e.Book, e.Position, 0)
	if errors.Is(err, tree.ErrUncovered) {
		err = httpapi.ErrPending
	}
	p.Data = data
	return p, err
}

func (c certificates) RenderCertificate(ctx context.Context, number string, named bool) ([]byte, error) {
	d, err := c.Certificate(ctx, number)
	return fmt.Appendf(nil, "%%PDF-1.7 %s named=%v", d.Certificate, named), err
}

// safeBuffer is a log that many may write.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("../../cmd/loanledger/" + name)
	must(t, err)
	return data
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
