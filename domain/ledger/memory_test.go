package ledger_test

import (
	"testing"

	"github.com/google/uuid"

	"loanledger/domain/book"
	"loanledger/domain/date"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/domain/product"
)

const ruble = `{"code": "test", "name": "Test", "min_principal": "1", "max_principal": "1000000", "min_term_days": 1, "max_term_days": 100,
	"terms": {"currency": "RUB", "interest": {"method": "declining", "rate": "0.8", "per": "day"}, "prolongation": {"requires": "accrued_interest"}}}`

var ours = book.Lender{Code: "test", Name: "Test", LegalName: "Test", Country: "RU", Currency: money.RUB, TimeZone: "UTC", Language: "ru", NumberPrefix: "TT"}

// oneLoan is a book with a loan of 10 000.00 that was paid out on 2 November 2026, three days ago.
func oneLoan(t *testing.T) (*ledger.Memory, uuid.UUID) {
	t.Helper()
	m := ledger.NewMemory(bookNumber, date.MustParse("2026-11-02"))
	p, err := product.Parse([]byte(ruble))
	if err != nil {
		t.Fatal(err)
	}
	do := func(name string, target uuid.UUID, body any) uuid.UUID {
		id := m.NextCommand()
		if _, err := m.Do(id, name, target, body); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		return id
	}
	do("book.open", uuid.Nil, &ledger.Open{Lender: ours, On: m.Business()})
	do("book.publish_product", uuid.Nil, &ledger.PublishProduct{Product: p})
	id := ledger.LoanID(bookNumber, do("loan.apply", uuid.Nil, application("10000.00")))
	do("loan.approve", id, &loan.Approve{})
	do("loan.disburse", id, &loan.Disburse{Ref: "payout"})
	for range 3 {
		if _, err := m.CloseDay(); err != nil {
			t.Fatal(err)
		}
	}
	return m, id
}

func application(principal money.Input) *ledger.Apply {
	return &ledger.Apply{
		Lender: "test", Product: "test", Principal: principal, TermDays: 15, Borrower: &person, BorrowerID: ledger.NewBorrowerID(bookNumber, uuid.Nil),
	}
}

// TestOnePlace: a borrower's place is taken by an application and left with the end of the loan, in
// one step with it.
func TestOnePlace(t *testing.T) {
	m, id := oneLoan(t)
	who := m.State(id).Borrower
	refused := func(want, name string, target uuid.UUID, body any) {
		t.Helper()
		if _, err := m.Do(m.NextCommand(), name, target, body); code(err) != want {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	refused("loan_already_active", "loan.apply", uuid.Nil, application("5000.00"))
	refused("debt_outstanding", "borrower.certify", who, &ledger.Certify{})
	logged, err := m.Do(m.NextCommand(), "loan.repay", id, &loan.Repay{Amount: "10240.00"})
	if err != nil || len(logged) != 3 || logged[2].Fact.EventType() != "borrower.loan_ended" || logged[2].Stream != who {
		t.Fatalf("%v %+v", err, logged)
	}
	refused("", "borrower.certify", who, &ledger.Certify{})
	refused("", "loan.apply", uuid.Nil, application("5000.00"))
	refused("debt_outstanding", "borrower.certify", who, &ledger.Certify{})
}

func TestWhatTheBookRefuses(t *testing.T) {
	m, id := oneLoan(t)
	nobody := &ledger.Apply{Lender: "test", Product: "test", Principal: "100.00", TermDays: 15}
	stranger := &ledger.Apply{Lender: "test", Product: "test", Principal: "100.00", TermDays: 15, BorrowerID: uuid.UUID{15: 77}}
	other := application("100.00")
	other.Product = "other"
	child := application("100.00")
	young := person
	young.BirthDate = date.MustParse("2009-01-01")
	child.Borrower, child.BorrowerID = &young, uuid.UUID{15: 78}
	for _, c := range []struct {
		want, name string
		target     uuid.UUID
		body       any
	}{
		{"borrower_missing", "loan.apply", uuid.Nil, nobody},
		{"borrower_not_found", "loan.apply", uuid.Nil, stranger},
		{"product_not_found", "loan.apply", uuid.Nil, other},
		{"borrower_underage", "loan.apply", uuid.Nil, child},
		{"borrower_not_found", "borrower.certify", uuid.UUID{15: 77}, &ledger.Certify{}},
		{"loan_not_found", "loan.repay", uuid.UUID{15: 77}, &loan.Repay{Amount: "1.00"}},
		{"terms_invalid", "book.publish_product", uuid.Nil, &ledger.PublishProduct{}},
		{"day_not_open", "book.close_day", uuid.Nil, &ledger.CloseDay{Date: m.Business().AddDays(1)}},
		{"command_unknown", "loan.forgive", id, &loan.Approve{}},
	} {
		length := len(m.Log())
		_, err := m.Do(m.NextCommand(), c.name, c.target, c.body)
		if code(err) != c.want || len(m.Log()) != length {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	// what is so already is no error, and changes nothing
	p, _ := product.Parse([]byte(ruble))
	for name, body := range map[string]any{
		"book.open": &ledger.Open{Lender: ours, On: m.Business()}, "book.publish_product": &ledger.PublishProduct{Product: p},
		"book.close_day": &ledger.CloseDay{Date: m.Business().AddDays(-1)},
	} {
		if logged, err := m.Do(m.NextCommand(), name, uuid.Nil, body); err != nil || len(logged) > 0 {
			t.Errorf("%s again: %v %+v", name, err, logged)
		}
	}
}

// TestAWrongCodeIsKept: the refusal is a fact that counts.
func TestAWrongCodeIsKept(t *testing.T) {
	m, id := oneLoan(t)
	if _, err := m.Do(m.NextCommand(), "loan.repay", id, &loan.Repay{Amount: "20000.00"}); err != nil {
		t.Fatal(err)
	}
	command := m.NextCommand()
	if _, err := m.Do(command, "loan.apply", uuid.Nil, application("5000.00")); err != nil {
		t.Fatal(err)
	}
	id = ledger.LoanID(bookNumber, command)
	if _, err := m.Do(m.NextCommand(), "loan.approve", id, &loan.Approve{}); err != nil {
		t.Fatal(err)
	}
	logged, err := m.Do(m.NextCommand(), "loan.sign", id, &loan.Sign{Code: "0"})
	if code(err) != "signature_code_wrong" || len(logged) != 1 || m.State(id).SigningTries != 1 {
		t.Errorf("%v %+v, %d tries", err, logged, m.State(id).SigningTries)
	}
}
