package borrower_test

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/loan"
	"loanledger/domain/money"
)

var today = date.MustParse("2026-11-02")

func ana() borrower.Person {
	return borrower.Person{
		FullName: "Ana García", BirthDate: date.MustParse("1990-05-17"), DocumentNumber: "4510 123456", Phone: "+79161234567",
		Email: "ana@example.org", Address: "2 Street, Town",
	}
}

func code(err error) string {
	if r, _, ok := fact.Explain(err); ok {
		return r.Code
	}
	return ""
}

// TestPersons: which field is at fault is said, what it holds is not.
func TestPersons(t *testing.T) {
	long := func(n int) string { return strings.Repeat("A", n) }
	for _, c := range []struct {
		field string
		set   func(*borrower.Person)
		want  string
	}{
		{"", func(*borrower.Person) {}, ""},
		{"", func(p *borrower.Person) { p.Email, p.Address = "", "" }, ""},
		{"", func(p *borrower.Person) { p.FullName = "Ян" }, ""},
		{"full_name", func(p *borrower.Person) { p.FullName = "" }, "borrower_invalid"},
		{"full_name", func(p *borrower.Person) { p.FullName = "  A  " }, "borrower_invalid"},
		{"full_name", func(p *borrower.Person) { p.FullName = long(201) }, "borrower_invalid"},
		{"full_name", func(p *borrower.Person) { p.FullName = "Ana\nGarcía" }, "borrower_invalid"},
		{"full_name", func(p *borrower.Person) { p.FullName = "Ana \uFFFD" }, "borrower_invalid"},
		{"birth_date", func(p *borrower.Person) { p.BirthDate = date.Date{} }, "borrower_invalid"},
		{"birth_date", func(p *borrower.Person) { p.BirthDate = today.AddDays(1) }, "borrower_invalid"},
		{"birth_date", func(p *borrower.Person) { p.BirthDate = date.MustParse("1906-11-01") }, "borrower_invalid"},
		{"", func(p *borrower.Person) { p.BirthDate = date.MustParse("1906-11-02") }, ""},
		{"", func(p *borrower.Person) { p.BirthDate = date.MustParse("2008-11-02") }, ""},
		{"full age", func(p *borrower.Person) { p.BirthDate = date.MustParse("2008-11-03") }, "borrower_underage"},
		{"document_number", func(p *borrower.Person) { p.DocumentNumber = "" }, "borrower_invalid"},
		{"document_number", func(p *borrower.Person) { p.DocumentNumber = "- - - -" }, "borrower_invalid"},
		{"document_number", func(p *borrower.Person) { p.DocumentNumber = long(41) }, "borrower_invalid"},
		{"phone", func(p *borrower.Person) { p.Phone = "79161234567" }, "borrower_invalid"},
		{"phone", func(p *borrower.Person) { p.Phone = "+7916123" }, "borrower_invalid"},
		{"phone", func(p *borrower.Person) { p.Phone = "+7916123456789012" }, "borrower_invalid"},
		{"phone", func(p *borrower.Person) { p.Phone = "+7916-123-45-67" }, "borrower_invalid"},
		{"", func(p *borrower.Person) { p.Phone = "+34600123" }, ""},
		{"email", func(p *borrower.Person) { p.Email = "ana" }, "borrower_invalid"},
		{"email", func(p *borrower.Person) { p.Email = "Ana <ana@example.org>" }, "borrower_invalid"},
		{"email", func(p *borrower.Person) { p.Email = long(250) + "@example.org" }, "borrower_invalid"},
		{"address", func(p *borrower.Person) { p.Address = long(401) }, "borrower_invalid"},
		{"address", func(p *borrower.Person) { p.Address = "a\x00b" }, "borrower_invalid"},
	} {
		p := ana()
		c.set(&p)
		facts, err := borrower.Register(borrower.State{}, uuid.UUID{15: 1}, "test", p, today)
		if code(err) != c.want || (err == nil) != (len(facts) == 1) {
			t.Errorf("%+v: %v, want %q", p, err, c.want)
			continue
		}
		if err == nil {
			continue
		}
		if text := err.Error(); !strings.Contains(text, c.field) {
			t.Errorf("%q does not name %s", text, c.field)
		}
		for _, held := range []string{p.FullName, p.DocumentNumber, p.Phone, p.Email, p.Address} {
			if len(held) > 3 && strings.Contains(err.Error(), held) {
				t.Errorf("%q repeats what was sent", err)
			}
		}
	}
}

// TestThePersonIsSealedApart: of a registration, the public part is what was frozen, and has nothing
// of the person.
func TestThePersonIsSealedApart(t *testing.T) {
	read := func(name string) []byte {
		data, err := os.ReadFile(frozen + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.TrimSuffix(data, []byte("\n"))
	}
	public, personal := read("borrower.registered.v1.json"), read("borrower.registered.v1.personal.json")
	f, err := borrower.Kinds.Decode("borrower.registered", 1, public)
	if err != nil {
		t.Fatal(err)
	}
	e, p := f.(borrower.Registered), ana()
	e.Person = &p
	stored, err := borrower.Kinds.Encode(e)
	if err != nil || !bytes.Equal(stored.Data, public) || !bytes.Equal(stored.Personal, personal) {
		t.Errorf("stored as %s and %s, %v", stored.Data, stored.Personal, err)
	}
}

// TestPlaceAndCertificates: one loan at a time; a certificate when it is repaid, of all that were.
func TestPlaceAndCertificates(t *testing.T) {
	var s borrower.State
	id, one, two := uuid.UUID{15: 1}, uuid.UUID{15: 11}, uuid.UUID{15: 12}
	take := func(l uuid.UUID) ([]fact.Fact, error) { return borrower.TakePlace(s, l, "T-1", today) }
	certify := func() ([]fact.Fact, error) { return borrower.Certify(s, "TT", uuid.UUID{15: 99}, today) }
	fold := func(facts []fact.Fact, err error) {
		t.Helper()
		if err != nil || len(facts) != 1 {
			t.Fatalf("%v %v", facts, err)
		}
		s = s.Fold(facts[0])
	}
	refused := func(want string, try func() ([]fact.Fact, error)) {
		t.Helper()
		if facts, err := try(); code(err) != want || len(facts) > 0 {
			t.Errorf("%v %v, want %q", facts, err, want)
		}
	}
	refused("borrower_not_found", func() ([]fact.Fact, error) { return take(one) })
	refused("borrower_not_found", certify)
	fold(borrower.Register(s, id, "test", ana(), today))
	if again, err := borrower.Register(s, id, "test", borrower.Person{}, today); err != nil || len(again) > 0 {
		t.Errorf("registered again: %v %v", again, err)
	}
	refused("nothing_settled", certify)
	fold(take(one))
	refused("loan_already_active", func() ([]fact.Fact, error) { return take(two) })
	refused("debt_outstanding", certify)

	closed := loan.State{ID: one, Status: loan.Closed, Currency: money.EUR, Principal: money.New(300_00, money.EUR), SignedOn: today, DisbursedOn: today, EndedOn: today.AddDays(9)}
	active, other := closed, closed
	active.Status, other.ID = loan.Active, two
	for _, l := range []loan.State{active, other} {
		if facts := borrower.LeavePlace(s, l); len(facts) > 0 {
			t.Errorf("%s leaves the place of another, or while it lives: %v", l.Status, facts)
		}
	}
	before := s
	fold(borrower.LeavePlace(s, closed), nil)
	fold(take(two))
	refusedLoan := loan.State{ID: two, Status: loan.Refused, Currency: money.EUR, EndedOn: today}
	fold(borrower.LeavePlace(s, refusedLoan), nil)
	facts, err := certify()
	fold(facts, err)
	e := facts[0].(borrower.DebtCleared)
	want := []borrower.SettledLoan{{Loan: one, Number: "T-1", ContractDate: today, Currency: money.EUR, Principal: money.New(300_00, money.EUR), SettledOn: today.AddDays(9)}}
	if !reflect.DeepEqual(e.Loans, want) || e.Lender != "test" || e.Borrower != id || !strings.HasPrefix(e.Certificate, "TT-") {
		t.Errorf("the certificate is %+v", e)
	}
	if before.Active == nil || len(before.Settled) != 0 || len(s.Certificates) != 1 {
		t.Error("folding changed an earlier state, or kept no certificate")
	}
}

// TestTheStateHoldsNothingPersonal: what may be cached and logged has no name in it.
func TestTheStateHoldsNothingPersonal(t *testing.T) {
	facts, err := borrower.Register(borrower.State{}, uuid.UUID{15: 1}, "test", ana(), today)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(borrower.State{}.Fold(facts[0]))
	if err != nil {
		t.Fatal(err)
	}
	for _, held := range []string{"Ana", "4510", "+7916", "example.org", "Street"} {
		if bytes.Contains(text, []byte(held)) {
			t.Errorf("%q is in %s", held, text)
		}
	}
}
