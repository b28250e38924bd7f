// Package access knows machines by their bearer tokens.
//
// A token is 256 random bits, and the token file keeps its SHA-256. A slow, salted hash such as
// argon2 protects words that people choose, by making each guess dear; there is nothing to guess in
// 256 random bits, and a slow hash at every request would only help to exhaust the service.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Errors of a token's entry.
var (
	// ErrName: the name cannot stand in a log line or a file.
	ErrName = errors.New("a token's name is 1 to 64 letters, digits, dots, dashes or underscores")
	// ErrLenders: no lender is named, or one twice, or a code cannot be one, or "*" is not alone.
	ErrLenders = errors.New(`a token is for one or more lenders by code, or for "*" alone`)
	// ErrHash: the hash is not the SHA-256 of anything.
	ErrHash = errors.New("a token's hash is 64 hexadecimal digits")
	// ErrDuplicate: the name or the hash is another token's.
	ErrDuplicate = errors.New("another token has the same name or hash")
)

// AllLenders stands for every lender, also those to come.
const AllLenders = "*"

// Entry is a token as the token file keeps it: who it is, and the hash of its secret.
type Entry struct {
	Name    string   `json:"name"`
	Role    Role     `json:"role"`
	Lenders []string `json:"lenders"` // codes, or AllLenders alone
	SHA256  string   `json:"sha256"`  // of the secret, in hexadecimal
}

// secretText writes a secret in small letters and digits, which a double click selects as a whole.
var secretText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewToken makes a token: its secret, "llt_", the letter of the role, "_" and 52 characters, which
// is shown once and kept nowhere, and the entry for the token file. Errors: ErrUnknownRole, ErrName,
// ErrLenders.
func NewToken(role Role, name string, lenders []string) (secret string, e Entry, err error) {
	letter, err := letterOf(role)
	if err != nil {
		return "", Entry{}, err
	}
	var random [32]byte
	rand.Read(random[:]) // never fails
	secret = "llt_" + letter + "_" + secretText.EncodeToString(random[:])
	hash := sha256.Sum256([]byte(secret))
	e = Entry{Name: name, Role: role, Lenders: slices.Clone(lenders), SHA256: hex.EncodeToString(hash[:])}
	if _, err := e.digest(); err != nil {
		return "", Entry{}, err
	}
	return secret, e, nil
}

var (
	namePattern   = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)
	lenderPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)
)

// digest is the hash of a sound entry. Errors: ErrName, ErrUnknownRole, ErrLenders, ErrHash.
func (e Entry) digest() (hash [sha256.Size]byte, err error) {
	if !namePattern.MatchString(e.Name) {
		return hash, fmt.Errorf("%q: %w", e.Name, ErrName)
	}
	if _, err := letterOf(e.Role); err != nil {
		return hash, fmt.Errorf("token %q: %w", e.Name, err)
	}
	if !soundLenders(e.Lenders) {
		return hash, fmt.Errorf("token %q, lenders %q: %w", e.Name, e.Lenders, ErrLenders)
	}
	raw, err := hex.DecodeString(e.SHA256)
	if err != nil || len(raw) != sha256.Size || e.SHA256 != strings.ToLower(e.SHA256) {
		return hash, fmt.Errorf("token %q: %w", e.Name, ErrHash)
	}
	return [sha256.Size]byte(raw), nil
}

func soundLenders(lenders []string) bool {
	if slices.Equal(lenders, []string{AllLenders}) {
		return true
	}
	seen := map[string]bool{}
	for _, l := range lenders {
		if !lenderPattern.MatchString(l) || seen[l] {
			return false
		}
		seen[l] = true
	}
	return len(lenders) > 0
}
