package access_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"loanledger/adapters/access"
)

// newToken is a token that must be possible.
func newToken(t testing.TB, role access.Role, name string, lenders ...string) (string, access.Entry) {
	t.Helper()
	secret, e, err := access.NewToken(role, name, lenders)
	if err != nil {
		t.Fatal(err)
	}
	return secret, e
}

func TestNewToken(t *testing.T) {
	for role, letter := range map[access.Role]string{
		access.Service: "s", access.Operator: "o", access.Auditor: "a", access.Analyst: "n",
	} {
		secret, e := newToken(t, role, "billing", "smartcash", "cashper")
		if !regexp.MustCompile(`^llt_` + letter + `_[a-z2-7]{52}$`).MatchString(secret) {
			t.Errorf("%s: the secret is of the form %q", role, secret)
		}
		hash := sha256.Sum256([]byte(secret))
		want := access.Entry{Name: "billing", Role: role, Lenders: []string{"smartcash", "cashper"}, SHA256: hex.EncodeToString(hash[:])}
		if fmt.Sprint(e) != fmt.Sprint(want) {
			t.Errorf("%s: entry %v, want %v", role, e, want)
		}
		if strings.Contains(fmt.Sprint(e), secret[6:]) {
			t.Errorf("%s: the entry shows the secret", role)
		}
		if again, _ := newToken(t, role, "billing", "smartcash"); again == secret {
			t.Errorf("%s: two tokens have one secret", role)
		}
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	for _, c := range []struct {
		role    access.Role
		name    string
		lenders []string
		want    error
	}{
		{"admin", "a", []string{"*"}, access.ErrUnknownRole},
		{"", "a", []string{"*"}, access.ErrUnknownRole},
		{"Service", "a", []string{"*"}, access.ErrUnknownRole},
		{access.Service, "", []string{"*"}, access.ErrName},
		{access.Service, "two words", []string{"*"}, access.ErrName},
		{access.Service, "line\n", []string{"*"}, access.ErrName},
		{access.Service, strings.Repeat("a", 65), []string{"*"}, access.ErrName},
		{access.Service, "a", nil, access.ErrLenders},
		{access.Service, "a", []string{""}, access.ErrLenders},
		{access.Service, "a", []string{"Smartcash"}, access.ErrLenders},
		{access.Service, "a", []string{"smartcash", "*"}, access.ErrLenders},
		{access.Service, "a", []string{"*", "*"}, access.ErrLenders},
		{access.Service, "a", []string{"smartcash", "smartcash"}, access.ErrLenders},
		{access.Service, strings.Repeat("a", 64), []string{"smartcash", "cash-per_2"}, nil},
	} {
		secret, e, err := access.NewToken(c.role, c.name, c.lenders)
		if !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
		if c.want != nil && (secret != "" || e.SHA256 != "") {
			t.Errorf("%+v: an error came with a token", c)
		}
	}
}

func TestMay(t *testing.T) {
	for _, c := range []struct {
		lenders []string
		lender  string
		want    bool
	}{
		{[]string{"smartcash"}, "smartcash", true},
		{[]string{"smartcash"}, "cashper", false},
		{[]string{"smartcash"}, "smart", false},
		{[]string{"smartcash", "cashper"}, "cashper", true},
		{[]string{"*"}, "cashper", true},
		{[]string{"*"}, "*", false},
		{[]string{"*"}, "", false},
		{[]string{"smartcash", "*"}, "cashper", false}, // never loaded so, and not to be widened
		{nil, "cashper", false},
		{nil, "", false},
	} {
		if got := (access.Principal{Lenders: c.lenders}).May(c.lender); got != c.want {
			t.Errorf("a token for %q may deal with %q: %v", c.lenders, c.lender, got)
		}
	}
}

func TestAuthenticateEntries(t *testing.T) {
	secret, e := newToken(t, access.Auditor, "audit", "cashper")
	_, other := newToken(t, access.Service, "shop", "*")
	tokens, err := access.Of(e, other)
	if err != nil {
		t.Fatal(err)
	}
	p, ok := tokens.Authenticate(secret)
	if !ok || p.Name != "audit" || p.Role != access.Auditor || !p.May("cashper") || p.May("smartcash") {
		t.Errorf("%+v, %v", p, ok)
	}
	for _, wrong := range []string{"", secret[:57], secret + "a", strings.ToUpper(secret), " " + secret, e.SHA256, "llt_o_" + secret[6:]} {
		if p, ok := tokens.Authenticate(wrong); ok || p.Name != "" {
			t.Errorf("%q is let in as %+v", wrong, p)
		}
	}
}

// Every hash here begins with the same eight bytes, and only a whole hash is let in.
func TestHashesWithOnePrefix(t *testing.T) {
	secret, e := newToken(t, access.Service, "right", "*")
	entries := []access.Entry{}
	for i := range 10 {
		hash := e.SHA256[:62] + fmt.Sprintf("%02x", i)
		if hash != e.SHA256 {
			entries = append(entries, access.Entry{Name: fmt.Sprint("wrong", i), Role: access.Operator, Lenders: []string{"*"}, SHA256: hash})
		}
	}
	tokens, err := access.Of(entries...)
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := tokens.Authenticate(secret); ok {
		t.Fatalf("let in as %+v", p)
	}
	if tokens, err = access.Of(append(entries, e)...); err != nil {
		t.Fatal(err)
	}
	if p, ok := tokens.Authenticate(secret); !ok || p.Name != "right" {
		t.Fatalf("%+v, %v", p, ok)
	}
}

func TestEntriesThatAreRefused(t *testing.T) {
	_, a := newToken(t, access.Service, "a", "*")
	_, b := newToken(t, access.Service, "b", "*")
	sameName, sameHash, upper, short := b, b, b, b
	sameName.Name, sameHash.SHA256 = "a", a.SHA256
	upper.SHA256, short.SHA256 = strings.Repeat("AB", 32), b.SHA256[:62]
	for name, c := range map[string]struct {
		second access.Entry
		want   error
	}{
		"same name": {sameName, access.ErrDuplicate}, "same hash": {sameHash, access.ErrDuplicate},
		"capitals": {upper, access.ErrHash}, "short": {short, access.ErrHash},
	} {
		if _, err := access.Of(a, c.second); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
