package bench

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
)

// cohort is loans that were paid out on the same day: the same decisions as in the service, made in
// memory, whose events are then appended many at a time.
type cohort struct {
	memory  *ledger.Memory
	book    ident.Book
	born    date.Date
	loans   []uuid.UUID
	first   int // number of the first loan in its portfolio
	steps   int
	version map[uuid.UUID]eventstore.Version
}

var firstDay = date.New(2026, time.January, 12)

// The lives of the loans: paid out for 21 to 30 days, and repaid in part every few days.
const (
	shortestTerm, longestTerm = 21, 30
	repayEvery                = 5
	lent, repaidInPart        = money.Input("10000.00"), money.Input("150.00")
)

// newCohort is an empty cohort, and applies for, approves, signs and pays out so many loans.
func newCohort(o Options, number ident.Book, on date.Date, first, loans int) (*cohort, error) {
	c := &cohort{
		memory: ledger.NewMemory(number, on), book: number, born: on, first: first, version: map[uuid.UUID]eventstore.Version{},
	}
	if _, err := c.do("book.open", uuid.Nil, &ledger.Open{Lender: o.Lender, On: on}); err != nil {
		return nil, err
	}
	if _, err := c.do("book.publish_product", uuid.Nil, &ledger.PublishProduct{Product: o.Product}); err != nil {
		return nil, err
	}
	for i := range loans {
		if err := c.lend(o, first+i); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// do carries a command out. Its identifier is the cohort's own, so that cohorts do not make the same.
func (c *cohort) do(name string, target uuid.UUID, body any) ([]ledger.Logged, error) {
	c.steps++
	var seed [16]byte
	binary.BigEndian.PutUint64(seed[:], uint64(c.first))
	binary.BigEndian.PutUint64(seed[8:], uint64(c.steps))
	return c.memory.Do(ident.Derive(c.book, "command", seed[:]), name, target, body)
}

// lend takes loan i from its application to its payout.
func (c *cohort) lend(o Options, i int) error {
	who := &borrower.Person{
		FullName: "Borrower of the benchmark", BirthDate: date.New(1990, time.March, 14),
		DocumentNumber: fmt.Sprintf("BENCH %08d", i), Phone: fmt.Sprintf("+0000%08d", i),
	}
	logged, err := c.do("loan.apply", uuid.Nil, &ledger.Apply{
		Lender: o.Lender.Code, Product: o.Product.Code, Principal: lent,
		TermDays: shortestTerm + i%(longestTerm-shortestTerm+1), Borrower: who,
		BorrowerID: ident.Derive(c.book, "borrower", []byte(who.DocumentNumber)),
	})
	if err != nil {
		return err
	}
	id := uuid.Nil
	for _, l := range logged {
		if applied, is := l.Fact.(loan.Applied); is {
			id = applied.Loan
		}
	}
	c.loans = append(c.loans, id)
	for _, step := range []struct {
		name string
		body any
	}{
		{"loan.approve", &loan.Approve{}}, {"loan.sign", &loan.Sign{CodeMatches: true}}, {"loan.disburse", &loan.Disburse{Ref: "payout"}},
	} {
		if _, err := c.do(step.name, id, step.body); err != nil {
			return err
		}
	}
	return nil
}

// goTo moves the cohort's business date on, over days on which nothing is due.
func (c *cohort) goTo(on date.Date) error {
	for c.memory.Business().Before(on) {
		day := c.memory.Business()
		if _, err := c.do("book.close_day", uuid.Nil, &ledger.CloseDay{Date: day}); err != nil {
			return err
		}
	}
	return nil
}

func (c *cohort) repay(id uuid.UUID) ([]ledger.Logged, error) {
	return c.do("loan.repay", id, &loan.Repay{Amount: repaidInPart, Ref: "payment"})
}

// appendOf is events in memory as one append, by an identifier of its own. What is sealed of a person
// is left out: nobody will ask who these are.
func (c *cohort) appendOf(logged []ledger.Logged) (eventstore.Append, error) {
	c.steps++
	name := fmt.Sprintf("%d-%d", c.first, c.steps)
	a := eventstore.Append{
		Command: ident.Derive(c.book, "seed", []byte(name)), Digest: sha256.Sum256([]byte(name)),
		Actor: actor, Epoch: c.memory.Business().Days(),
	}
	at := map[uuid.UUID]int{}
	for _, l := range logged {
		encode := projections.Loans.Encode
		switch l.Fact.(type) {
		case borrower.Registered, borrower.LoanStarted:
			encode = projections.Borrowers.Encode
		}
		event, err := encode(l.Fact)
		if err != nil {
			return a, err
		}
		event.Personal = nil
		i, there := at[l.Stream]
		if !there {
			i = len(a.Streams)
			at[l.Stream] = i
			a.Streams = append(a.Streams, eventstore.StreamAppend{Stream: l.Stream, Expected: c.version[l.Stream]})
		}
		a.Streams[i].Events = append(a.Streams[i].Events, event)
		c.version[l.Stream]++
	}
	return a, nil
}
