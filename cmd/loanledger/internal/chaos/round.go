package chaos

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"loanledger/adapters/desk"
	"loanledger/adapters/vault"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

// round is a part of a campaign on books of its own.
type round struct {
	*campaign
	ctx       context.Context // of the round
	cancel    context.CancelFunc
	nr        int
	books     []openTo
	crew      *crew
	journal   *journal
	script    *script
	borrowing *borrowing
	crashing  sync.Mutex // one crash of Postgres at a time
	until     time.Time  // when the callers rest

	mu      sync.Mutex
	found   []Violation // while the round was played
	callers sync.WaitGroup
	faults  sync.WaitGroup
}

// booksPerRound: three of the campaign's accounts, and two with the loans of one lender.
const booksPerRound = 5

// leafEvents is how many positions a partition of these books has: so few that a round fills several,
// and that some appends go over two.
const leafEvents = 256

// firstDay is the business date on which the books of loans are opened, and today the calendar date
// of the desks: there are days enough to be closed.
var (
	firstDay = date.New(2025, 2, 3)
	today    = date.New(2026, 2, 2)
)

// firstEra is the era in which the books of accounts are opened.
const firstEra = 1

func (c *campaign) newRound(ctx context.Context, nr int) (*round, error) {
	r := &round{campaign: c, nr: nr}
	r.ctx, r.cancel = context.WithCancel(ctx)
	first := eventstore.Book((nr-1)*booksPerRound%60_000 + 1)
	lender := fmt.Sprintf("chaos-%d", nr)
	r.books = []openTo{
		{first, fmt.Sprintf("eras-%d", nr), false}, {first + 1, fmt.Sprintf("register-%d", nr), false},
		{first + 2, lender, true}, {first + 3, lender, true}, {first + 4, fmt.Sprintf("hurry-%d", nr), false},
	}
	loans := []ident.Book{ident.Book(first + 2), ident.Book(first + 3)}
	r.script = &script{seed: c.Seed, round: nr, callers: callersOf(writerRole), books: [3]eventstore.Book{first, first + 1, first + 4}}
	r.borrowing = &borrowing{
		lender: lender, product: c.Product.Code, principal: c.Product.MinPrincipal, term: c.Product.MinTermDays, books: loans, round: nr,
	}
	var err error
	r.journal, err = newJournal(c.path(fmt.Sprintf("journal-%d.jsonl", nr)), loans)
	return r, err
}

// begin opens the books and starts everybody.
func (r *round) begin(ctx context.Context) error {
	if err := r.openBooks(ctx); err != nil {
		return err
	}
	common := briefing{Master: r.master, Books: r.books, Day: today.Time().Add(12 * time.Hour)}
	random := chance(r.Seed, "network", r.nr)
	var err error
	r.crew, err = muster(r.ctx, r.Program, r.database, r.path(fmt.Sprintf("nats-%d", r.nr)), common, random)
	return err
}

func (r *round) openBooks(ctx context.Context) error {
	pool, err := pgxpool.New(ctx, r.database.url())
	if err != nil {
		return err
	}
	defer pool.Close()
	store := pgstore.New(pool, time.Now, pgstore.WithLeafEvents(leafEvents))
	defer store.Close()
	d := desk.New(store, r.vaultOn(pool), desk.NewLenders(), func() time.Time { return today.Time() })
	for _, b := range r.books {
		era := int64(firstEra)
		if b.Loans {
			era = firstDay.Days()
		}
		if err := store.OpenBook(ctx, b.Book, era); err != nil {
			return err
		}
		if err := store.RegisterBook(ctx, b.Book, b.Lender); err != nil {
			return err
		}
		if b.Loans {
			lender := r.Lender
			lender.Code = b.Lender
			if err := d.Open(ctx, ident.Book(b.Book), lender, firstDay); err != nil {
				return err
			}
		}
	}
	entry, err := ledger.Lookup("book.publish_product")
	if err != nil {
		return err
	}
	_, err = d.Do(ctx, ledger.Request{
		Command: ledger.Command{Entry: entry, Target: uuid.Nil, Body: &ledger.PublishProduct{Product: r.Product}},
		Book:    r.borrowing.books[0], Key: "publish", Actor: openingActor,
	})
	return err
}

// openingActor is who opens the books, before the journal is begun.
const openingActor = "system:chaos"

func (r *round) vaultOn(pool *pgxpool.Pool) *vault.Vault {
	master, err := vault.ParseMaster(r.master)
	if err != nil {
		panic("chaos: its own key: " + err.Error())
	}
	return vault.New(pool, master)
}

func encodeMaster(key []byte) string { return base64.StdEncoding.EncodeToString(key) }

// loanBooks is the books with loans.
func (r *round) loanBooks() []eventstore.Book {
	var books []eventstore.Book
	for _, b := range r.books {
		if b.Loans {
			books = append(books, b.Book)
		}
	}
	return books
}

// violate takes note of something wrong.
func (r *round) violate(check, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found = append(r.found, Violation{r.nr, check, oneLine(format, args...)})
}

// tell tells one thing at a time how the round goes.
func (r *round) tell(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Progress(fmt.Sprintf("%5.1f s  ", time.Since(r.journal.began).Seconds()) + oneLine(format, args...))
}

// oneLine is a text on one line; errors that were joined have several.
func oneLine(format string, args ...any) string {
	return strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "; ")
}

// add adds what the round came to to the report.
func (r *round) add(found []Violation) {
	n := r.journal.counts()
	report := &r.report
	report.Operations += n.acknowledged + n.refused + n.unknown + n.lost + n.open
	report.Acknowledged, report.Replayed = report.Acknowledged+n.acknowledged, report.Replayed+n.replayed
	report.Refused, report.Unknown = report.Refused+n.refused, report.Unknown+n.unknown+n.lost+n.open
	report.LongestOutage = max(report.LongestOutage, float64(r.journal.longest.Microseconds())/1000)
	report.Found = append(report.Found, found...)
	report.Violations = len(report.Found)
	for _, v := range found {
		r.tell("VIOLATION %s: %s", v.Check, v.Detail)
	}
}

// close ends everybody who is left.
func (r *round) close() error {
	r.cancel()
	r.faults.Wait()
	var err error
	if r.crew != nil {
		err = r.crew.abandon()
	}
	r.callers.Wait()
	return errors.Join(err, r.journal.close())
}
