package borrower

import (
	"net/mail"
	"strings"
	"unicode"

	"loanledger/domain/date"
	"loanledger/domain/fact"

	"github.com/google/uuid"
)

// Errors of borrowers.
var (
	ErrNotFound      = fact.Refuse(fact.NotFound, "borrower_not_found", "There is no such borrower.")
	ErrPersonInvalid = fact.Refuse(fact.Invalid, "borrower_invalid", "The borrower's data are missing or malformed.")
	ErrUnderage      = fact.Refuse(fact.Conflict, "borrower_underage", "The borrower must be of full age.")
)

// fullAge is the age of majority in Russia (Civil Code, art. 21) and in Spain (Constitution, art. 12).
const fullAge = 18

// Register makes a borrower known. Errors: borrower_invalid, borrower_underage.
func Register(s State, id uuid.UUID, lender string, p Person, on date.Date) ([]fact.Fact, error) {
	if s.Known() {
		return nil, nil
	}
	if err := p.Check(on); err != nil {
		return nil, err
	}
	return []fact.Fact{Registered{Borrower: id, Lender: lender, On: on, Person: &p}}, nil
}

// Check says which field is at fault, never what it holds. Errors: borrower_invalid, borrower_underage.
func (p Person) Check(on date.Date) error {
	switch {
	case !plain(p.FullName, 2, 200):
		return ErrPersonInvalid.With("full_name must have 2 to 200 bytes of text")
	case p.BirthDate.IsZero():
		return ErrPersonInvalid.With("birth_date is missing")
	case p.BirthDate.After(on) || p.BirthDate.Before(on.AddMonths(-12*120)):
		return ErrPersonInvalid.With("birth_date is not plausible")
	case !plain(p.DocumentNumber, 4, 40) || signs(p.DocumentNumber) < 4:
		return ErrPersonInvalid.With("document_number must have at least 4 letters or digits, and at most 40 bytes")
	case !phone(p.Phone):
		return ErrPersonInvalid.With("phone must be + and 8 to 15 digits")
	case p.Email != "" && !email(p.Email):
		return ErrPersonInvalid.With("email is not an address")
	case p.Address != "" && !plain(p.Address, 1, 400):
		return ErrPersonInvalid.With("address must have at most 400 bytes of text")
	case p.BirthDate.AddMonths(12 * fullAge).After(on):
		return ErrUnderage
	}
	return nil
}

func plain(text string, least, most int) bool {
	if len(text) > most || len(strings.TrimSpace(text)) < least {
		return false
	}
	return !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar })
}

// signs counts the letters and digits of a text.
func signs(text string) (n int) {
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// phone takes the form of recommendation ITU-T E.164.
func phone(number string) bool {
	digits, international := strings.CutPrefix(number, "+")
	return international && len(digits) >= 8 && len(digits) <= 15 && strings.Trim(digits, "0123456789") == ""
}

func email(address string) bool {
	a, err := mail.ParseAddress(address)
	return err == nil && len(address) <= 254 && a.Address == address
}
