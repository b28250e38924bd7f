package vault_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"loanledger/adapters/vault"
)

func TestCodeFollowsFromAllItsParts(t *testing.T) {
	v := vault.New(nil, testMaster(t, 1))
	code := v.Code(1, "sign", somebody, 1, 9)
	if again := vault.New(nil, testMaster(t, 1)).Code(1, "sign", somebody, 1, 9); again != code {
		t.Errorf("the same parts give %s and %s", code, again)
	}
	for name, other := range map[string]string{
		"another book":       v.Code(2, "sign", somebody, 1, 9),
		"another purpose":    v.Code(1, "login", somebody, 1, 9),
		"another identifier": v.Code(1, "sign", another, 1, 9),
		"another issue":      v.Code(1, "sign", somebody, 2, 9),
		"another master key": vault.New(nil, testMaster(t, 2)).Code(1, "sign", somebody, 1, 9),
	} {
		if other == code {
			t.Errorf("%s gives the same code", name)
		}
	}
}

// A code that was sent before an upgrade must be good after it.
func TestFrozenCode(t *testing.T) {
	v := vault.New(nil, testMaster(t, 1))
	if got := v.Code(1, "sign", somebody, 1, 6); got != "848839" {
		t.Errorf("the code is %s", got)
	}
}

func TestCodesAreUniform(t *testing.T) {
	v := vault.New(nil, testMaster(t, 1))
	const codes, digits = 20_000, 4
	var counts [digits][10]int
	for issue := range codes {
		code := v.Code(1, "sign", somebody, issue, digits)
		if len(code) != digits || strings.Trim(code, "0123456789") != "" {
			t.Fatalf("issue %d: %q is not %d digits", issue, code, digits)
		}
		for i, d := range code {
			counts[i][d-'0']++
		}
	}
	// The codes are the same in every run. A count is 2000 with a standard deviation of 42.
	for i := range counts {
		for d, n := range counts[i] {
			if n < 1800 || n > 2200 {
				t.Errorf("digit %d stands %d times in place %d of %d codes", d, n, i, codes)
			}
		}
	}
}

func TestCodeOfImpossibleLengthPanics(t *testing.T) {
	v := vault.New(nil, testMaster(t, 1))
	for _, digits := range []int{-1, 0, 3, 10} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a code of %d digits was made", digits)
				}
			}()
			v.Code(1, "sign", uuid.Nil, 1, digits)
		}()
	}
}

func TestCodeMatches(t *testing.T) {
	for _, c := range []struct {
		code, given string
		want        bool
	}{
		{"123456", "123456", true},
		{"123456", "123457", false},
		{"123456", "12345", false},
		{"123456", "1234567", false},
		{"123456", "", false},
		{"", "", false},
	} {
		if got := vault.CodeMatches(c.code, c.given); got != c.want {
			t.Errorf("CodeMatches(%q, %q) = %v", c.code, c.given, got)
		}
	}
}
