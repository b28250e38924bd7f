package access

import (
	"errors"
	"fmt"

	"loanledger/domain/ledger"
)

// Role is what a machine may do, as the catalogue of commands knows it.
type Role = ledger.Role

// The roles that a token can have.
const (
	Service  = ledger.Service  // gives commands and reads
	Operator = ledger.Operator // changes terms, closes days, manages the installation
	Auditor  = ledger.Auditor  // reads the whole log and its proofs
	Analyst  = ledger.Analyst  // reads reports
)

// ErrUnknownRole: there is no role of that name.
var ErrUnknownRole = errors.New("unknown role: use service, operator, auditor or analyst")

// letterOf stands for the role in a token, so that a person sees what a token is for: s, o, a, or n
// for analyst. It decides nothing; the role is the one in the token file.
func letterOf(r Role) (string, error) {
	switch r {
	case Service:
		return "s", nil
	case Operator:
		return "o", nil
	case Auditor:
		return "a", nil
	case Analyst:
		return "n", nil
	}
	return "", fmt.Errorf("%q: %w", string(r), ErrUnknownRole)
}
