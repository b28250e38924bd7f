package access

import (
	"errors"
	"fmt"
)

// Role is what a machine may do.
type Role string

// The roles that a token can have.
const (
	Service  Role = "service"  // gives commands and reads
	Operator Role = "operator" // changes terms, closes days, manages the installation
	Auditor  Role = "auditor"  // reads the whole log and its proofs
	Analyst  Role = "analyst"  // reads reports
)

// ErrUnknownRole: there is no role of that name.
var ErrUnknownRole = errors.New("unknown role: use service, operator, auditor or analyst")

// letter stands for the role in a token, so that a person sees what a token is for: s, o, a, or n
// for analyst. It decides nothing; the role is the one in the token file.
func (r Role) letter() (string, error) {
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
