package vault_test

import (
	"testing"

	"loanledger/adapters/vault"
)

func TestValuesAreComparedWithoutTheWayTheyAreWritten(t *testing.T) {
	for _, c := range []struct{ kind, value, want string }{
		{"document", "12345678z", "12345678Z"},
		{"document", " 12.345.678-Z ", "12.345.678Z"},
		{"document", "45 06 123456", "4506123456"},
		{"document", "x\u20131234567\u2212l", "X1234567L"}, // an en dash and a minus sign
		{"document", "ab\u00a012\u200b3", "AB123"},         // a hard space and a space of no width
		{"document", "вк 123", "ВК123"},
		{"phone", "+7 912 345-67-89", "+79123456789"},
		{"phone", "8 912 345 67 89", "89123456789"}, // the country's rules are the caller's
		{"email", " Ana-Maria@Example.COM\n", "ana-maria@example.com"},
		{"email", "ana maria@example.com", "ana maria@example.com"},
		{"document", " - \t", ""},
		{"email", " \u200b ", ""},
	} {
		got := vault.Normalised(c.kind, c.value)
		if got != c.want {
			t.Errorf("%s %q: %q, want %q", c.kind, c.value, got, c.want)
		}
		if again := vault.Normalised(c.kind, got); again != got {
			t.Errorf("%s %q: normalised twice it is %q", c.kind, c.value, again)
		}
	}
}
