package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"

	"github.com/google/uuid"

	"loanledger/eventstore"
)

// Code is a one-time code of 4 to 9 decimal digits, such as the one that signs a contract. It follows
// from the book, the purpose, the identifier of what it is for, and the number of its issue, under
// the current master key; so nothing needs to be stored to check it, and another issue is another
// code. The caller counts the tries and sees that a used or an old issue is refused. It panics for
// another number of digits.
func (v *Vault) Code(book eventstore.Book, purpose string, id uuid.UUID, issue, digits int) string {
	if digits < 4 || digits > 9 {
		panic(fmt.Sprintf("vault: a code of %d digits", digits))
	}
	h := hmac.New(sha256.New, derive(v.keys.current.key[:], bookPurpose(book, "codes"), keySize))
	h.Write(id[:])
	var number [8]byte
	binary.BigEndian.PutUint64(number[:], uint64(issue))
	h.Write(number[:])
	h.Write([]byte(purpose))
	bound := uint64(1)
	for range digits {
		bound *= 10
	}
	// With 64 bits, the likeliest code is likelier than the others by less than one in 10^10.
	return fmt.Sprintf("%0*d", digits, binary.BigEndian.Uint64(h.Sum(nil))%bound)
}

// CodeMatches compares a code with what somebody gave, in a time that does not tell how much of it
// was right. An empty code matches nothing.
func CodeMatches(code, given string) bool {
	return code != "" && subtle.ConstantTimeCompare([]byte(code), []byte(given)) == 1
}
