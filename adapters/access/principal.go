package access

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"slices"
)

// Principal is who a token speaks for.
type Principal struct {
	Name    string
	Role    Role
	Lenders []string // codes, or AllLenders alone; shared between callers, not to be changed
}

// May says whether the principal may deal with a lender, by the lender's code. The empty code is
// nobody's.
func (p Principal) May(lender string) bool {
	if lender == "" || lender == AllLenders {
		return false
	}
	return slices.Contains(p.Lenders, lender) || slices.Equal(p.Lenders, []string{AllLenders})
}

// roster is the principals by the hash of their secret.
type roster map[hashPrefix][]rostered

// hashPrefix is what the map is searched by. How long that search takes tells at most of a prefix of
// a hash, from which nobody gets to a secret; the rest is compared in constant time.
type hashPrefix [8]byte

type rostered struct {
	hash      [sha256.Size]byte
	principal Principal
}

// newRoster is a roster of sound entries. Errors: those of an entry, ErrDuplicate.
func newRoster(entries []Entry) (roster, error) {
	r := make(roster, len(entries))
	names := make(map[string]bool, len(entries))
	for _, e := range entries {
		hash, err := e.digest()
		if err != nil {
			return nil, err
		}
		if _, taken := r.find(hash); taken || names[e.Name] {
			return nil, fmt.Errorf("token %q: %w", e.Name, ErrDuplicate)
		}
		names[e.Name] = true
		prefix := hashPrefix(hash[:8])
		p := Principal{Name: e.Name, Role: e.Role, Lenders: slices.Clone(e.Lenders)}
		r[prefix] = append(r[prefix], rostered{hash, p})
	}
	return r, nil
}

func (r roster) find(hash [sha256.Size]byte) (Principal, bool) {
	for _, e := range r[hashPrefix(hash[:8])] {
		if subtle.ConstantTimeCompare(e.hash[:], hash[:]) == 1 {
			return e.principal, true
		}
	}
	return Principal{}, false
}
