package notify_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"loanledger/adapters/notify"
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/domain/product"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// fixed is a ledger with one loan of one lender.
type fixed struct {
	language string
	state    loan.State
}

func (f fixed) Loan(context.Context, uuid.UUID) (loan.State, eventstore.Version, error) {
	return f.state, 1, nil
}

func (f fixed) Book(context.Context, string) (book.State, error) {
	return book.State{Lender: book.Lender{Code: "lender", Name: "Brand", Language: f.language}}, nil
}

func (f fixed) SigningCode(uuid.UUID) string { return "482913" }

// life is every event that a borrower is told of.
func life() []fact.Fact {
	on := date.New(2026, 11, 2)
	rub := func(minor int64) money.Amount { return money.New(minor, money.RUB) }
	owed := loan.Parts{Principal: rub(750000), Interest: rub(6050), Fees: rub(0), Penalty: rub(0)}
	return []fact.Fact{
		loan.Approved{On: on, OfferUntil: on.AddDays(5)},
		loan.Disbursed{On: on, ValueDate: on, Currency: money.RUB, Amount: rub(1000000), Due: on.AddDays(15)},
		loan.Repaid{On: on, ValueDate: on, Currency: money.RUB, Amount: rub(250000), Balance: owed},
		loan.Prolonged{On: on, Currency: money.RUB, Days: 10, Due: on.AddDays(25)},
		loan.Settled{On: on, BookedOn: on},
		loan.FellDue{On: on, Due: on, Owed: owed},
		loan.FellOverdue{On: on, Due: on, Owed: owed},
		borrower.DebtCleared{Certificate: "SC-7K3M-9QFD-X2A0", Lender: "lender", On: on},
	}
}

func react(t *testing.T, language string, f fact.Fact, there bool) []notify.Message {
	t.Helper()
	applied := loan.Applied{
		Number: "SC-SG10-G360-NCMM", Lender: "lender", Currency: money.RUB, Principal: money.New(1000000, money.RUB), TermDays: 15,
		Terms: product.Terms{Currency: money.RUB, Rounding: money.HalfUp}, On: date.New(2026, 11, 2),
	}
	var sent []notify.Message
	n := notify.New(fixed{language, loan.State{}.Fold(applied)},
		func(context.Context, uuid.UUID) (borrower.Person, bool, error) {
			return borrower.Person{FullName: "Secret Name", Phone: "+79161234567"}, there, nil
		},
		func(_ context.Context, m notify.Message) error { sent = append(sent, m); return nil })
	data, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.React(t.Context(), eventstore.Event{Book: 1, Position: 7, Type: f.EventType(), Schema: 1, Data: data}); err != nil {
		t.Fatal(err)
	}
	return sent
}

// Every event that is listened to makes one whole message in every language.
func TestEveryMessageInEveryLanguage(t *testing.T) {
	facts := life()
	if len(facts) != len(notify.Types()) {
		t.Fatalf("%d events are tried and %d are listened to", len(facts), len(notify.Types()))
	}
	for _, language := range []string{"ru", "es", "en", "xx"} {
		seen := map[string]bool{}
		for _, f := range facts {
			sent := react(t, language, f, true)
			if len(sent) != 1 {
				t.Fatalf("%s in %s: %d messages", f.EventType(), language, len(sent))
			}
			m := sent[0]
			if m.ID != "1-7" || m.To != "+79161234567" || m.Lender != "lender" || seen[m.Kind] {
				t.Errorf("%s in %s: %+v", f.EventType(), language, m)
			}
			seen[m.Kind] = true
			if !strings.HasPrefix(m.Text, "Brand: ") || strings.ContainsAny(m.Text, "{}") || strings.Contains(m.Text, "Secret") {
				t.Errorf("%s in %s: %q", f.EventType(), language, m.Text)
			}
		}
	}
}

func TestTexts(t *testing.T) {
	for _, tt := range []struct {
		language string
		event    int
		want     string
	}{
		{"ru", 2, "Brand: получено 2\u00a0500,00\u00a0₽ по договору SC-SG10-G360-NCMM. Остаток долга 7\u00a0560,50\u00a0₽."},
		{"es", 3, "Brand: su contrato SC-SG10-G360-NCMM vence ahora el 27 de noviembre."},
		{"en", 0, "Brand: 482913 is your code to sign agreement SC-SG10-G360-NCMM. Tell it to nobody."},
	} {
		if got := react(t, tt.language, life()[tt.event], true)[0].Text; got != tt.want {
			t.Errorf("got  %q\nwant %q", got, tt.want)
		}
	}
}

func TestWhoIsErasedIsToldNothing(t *testing.T) {
	for _, f := range life() {
		if sent := react(t, "ru", f, false); len(sent) > 0 {
			t.Errorf("%s: %+v", f.EventType(), sent)
		}
	}
}

func TestAPaymentThatSettlesIsToldOnce(t *testing.T) {
	last := loan.Repaid{Currency: money.RUB, Amount: money.New(100, money.RUB), On: date.New(2026, 11, 2), ValueDate: date.New(2026, 11, 2)}
	if sent := react(t, "ru", last, true); len(sent) > 0 {
		t.Errorf("%+v", sent)
	}
}
