package projections_test

import (
	"cmp"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"loanledger/domain/date"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/domain/product"
	"loanledger/eventstore"
	"loanledger/projections"

	"github.com/google/uuid"
)

// The journal of every loan is the one that the domain keeps in memory.
func TestJournalIsTheDomains(t *testing.T) {
	s := newScene(t)
	seed := randomSeed(t)
	r := s.runner()
	for i, c := range []money.Currency{money.RUB, money.EUR, money.JPY} {
		l := newLives(t, s.store, eventstore.Book(i+1), c, seed)
		s.run(r, l.book)
		l.days(45, 25)
		s.catchUp(r, l)
		lines := 0
		for _, id := range l.loans {
			lines += s.sameJournal(l, id)
		}
		if lines < 100 {
			t.Errorf("book %d has no more than %d lines", l.book, lines)
		}
	}
}

// sameJournal compares the journal of a loan with the domain's, and answers its length.
func (s *scene) sameJournal(l *lives, id uuid.UUID) int {
	s.t.Helper()
	got, err := projections.Journal(s.t.Context(), s.pool, id)
	if err != nil {
		s.t.Fatal(err)
	}
	want := l.memory.Journal(id)
	if len(got) != len(want) {
		s.t.Errorf("loan %s: %d lines, want %d", id, len(got), len(want))
	}
	for i := range min(len(got), len(want)) {
		a, b := got[i], want[i]
		a.Ref = cmp.Or(b.Ref, a.Ref) // where there is none, the table has the transaction's identifier
		b.Ref = a.Ref
		if text(s.t, a) != text(s.t, b) || got[i].Ref == "" || want[i].Ref != "" && got[i].Ref != want[i].Ref {
			s.t.Errorf("loan %s, line %d:\n%s\nwant\n%s", id, i, text(s.t, got[i]), text(s.t, want[i]))
		}
	}
	return len(got)
}

func text(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The loan of the story that was prolonged: its journal in the table, written out.
func TestJournalOfAStory(t *testing.T) {
	data, err := os.ReadFile("../domain/story/testdata/smartcash-prolonged.json")
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		Terms     json.RawMessage `json:"terms"`
		Principal money.Input     `json:"principal"`
		Steps     []struct {
			On     date.Date   `json:"on"`
			Do     string      `json:"do"`
			Amount money.Input `json:"amount"`
			Days   int         `json:"days"`
			Ref    string      `json:"ref"`
		} `json:"steps"`
	}
	if err := json.Unmarshal(data, &told); err != nil {
		t.Fatal(err)
	}
	terms, err := product.ParseTerms(told.Terms)
	if err != nil {
		t.Fatal(err)
	}
	s := newScene(t)
	l := newLives(t, s.store, 1, money.RUB, 1)
	terms.TermDays = 0
	l.must("book.publish_product", uuid.Nil, &ledger.PublishProduct{Product: product.Product{
		Code: "story", Name: "Story", MinPrincipal: told.Principal, MaxPrincipal: told.Principal, MinTermDays: 1, MaxTermDays: 30, Terms: terms,
	}})
	l.products = []string{"story"}
	var id uuid.UUID
	for _, step := range told.Steps {
		for l.memory.Business().Before(step.On) {
			l.closeDay()
		}
		switch step.Do {
		case "apply":
			id = l.applyExactly("story", told.Principal, 15)
		case "approve":
			l.must("loan.approve", id, &loan.Approve{})
		case "sign":
			l.must("loan.sign", id, &loan.Sign{Code: "1", CodeMatches: true})
		case "disburse":
			l.must("loan.disburse", id, &loan.Disburse{Ref: step.Ref})
		case "repay":
			l.must("loan.repay", id, &loan.Repay{Amount: step.Amount, Ref: step.Ref})
		case "prolong":
			_ = l.do("loan.prolong", id, &loan.Prolong{Days: step.Days, Ref: step.Ref}) // refused the first time
		}
	}
	r := s.runner()
	s.run(r, l.book)
	s.catchUp(r, l)
	s.sameJournal(l, id)
	journal, err := projections.Journal(t.Context(), s.pool, id)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, line := range journal {
		got.WriteString(line.Date.String() + " " + line.Ref + " " + string(line.Account) + " " + line.Debit.String() + " " + line.Credit.String() + "\n")
	}
	want, err := os.ReadFile("testdata/smartcash-prolonged.journal")
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the journal is\n%s", got.String())
	}
}

// applyExactly lets somebody new apply for a loan.
func (l *lives) applyExactly(code string, principal money.Input, termDays int) uuid.UUID {
	l.t.Helper()
	id := l.memory.NextCommand()
	logged, err := l.memory.Do(id, "loan.apply", uuid.Nil, &ledger.Apply{
		Product: code, Principal: principal, TermDays: termDays, Borrower: somebody(0), BorrowerID: ledger.NewBorrowerID(ident.Book(l.book), id),
	})
	if err != nil {
		l.t.Fatal(err)
	}
	l.append(logged)
	return ledger.LoanID(ident.Book(l.book), id)
}
