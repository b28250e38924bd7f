package tree

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Keys is public keys, which verify the signatures of checkpoints.
type Keys []note.Verifier

// Verifier is the key of a name and a hash, as the note package asks for it.
func (k Keys) Verifier(name string, hash uint32) (note.Verifier, error) {
	return note.VerifierList(k...).Verifier(name, hash)
}

// Of is the keys of the log of an origin.
func (k Keys) Of(origin string) Keys {
	var of Keys
	for _, key := range k {
		if key.Name() == origin {
			of = append(of, key)
		}
	}
	return of
}

// ParseKeys reads public keys in the form of the note package, one a line. Empty lines and what
// follows a # are passed over; none at all is an error.
func ParseKeys(text string) (Keys, error) {
	var keys Keys
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		key, err := note.NewVerifier(line)
		if err != nil {
			return nil, fmt.Errorf("not a public key of a log, name+hash+key: %w", err)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("there is no public key")
	}
	return keys, nil
}
