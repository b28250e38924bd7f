package bus

import (
	"encoding/json"
	"loanledger/adapters/internal/faults"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
)

// The headers of a command and of its answer, as over HTTP.
const (
	headerKey      = "Idempotency-Key"
	headerIfMatch  = "If-Match"
	headerETag     = "ETag"
	headerReplayed = "Idempotent-Replayed"
)

// Bounds of a command, in bytes; the same as over HTTP.
const (
	maxBody = 64 << 10
	maxKey  = 200
)

// idFields is the field of the body that names what a command is for.
var idFields = map[ledger.Target]string{
	ledger.TargetLoan: "loan_id", ledger.TargetBorrower: "borrower_id", ledger.TargetBook: "lender",
}

// order is a command as it came in.
type order struct {
	command   ledger.Command
	lender    string // of a command to a book
	key       string
	ifVersion *int64
}

// parseOrder reads a command from a message. Errors: body_too_large, body_malformed,
// idempotency_key_invalid, if_match_invalid.
func parseOrder(entry ledger.Entry, h nats.Header, data []byte) (order, error) {
	var o order
	var err error
	if o.key, err = keyOf(h); err != nil {
		return o, err
	}
	if o.ifVersion, err = parseIfMatch(h.Get(headerIfMatch)); err != nil {
		return o, err
	}
	if o.ifVersion != nil && entry.Target == ledger.TargetBook {
		return o, faults.IfMatchInvalid
	}
	if len(data) > maxBody {
		return o, faults.TooLarge
	}
	id, rest, err := splitBody(entry, data)
	if err != nil {
		return o, err
	}
	var target uuid.UUID
	if entry.Target != ledger.TargetBook {
		if target, err = uuid.Parse(id); err != nil || len(id) != 36 {
			return o, ledger.ErrMalformed.With("field %s must be a UUID", idFields[entry.Target])
		}
	}
	o.command, err = entry.Decode(target, rest)
	if apply, is := o.command.Body.(*ledger.Apply); is {
		id = apply.Lender
	}
	if entry.Target == ledger.TargetBook {
		o.lender = id
	}
	return o, err
}

// splitBody takes the field that names the target out of a body; what is left is the body as over
// HTTP. An application keeps its lender, which is a field of its own.
func splitBody(entry ledger.Entry, data []byte) (id string, rest []byte, err error) {
	if _, own := entry.NewBody().(*ledger.Apply); own {
		return "", data, nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return "", nil, ledger.ErrMalformed.With("it is not a JSON object")
	}
	name := idFields[entry.Target]
	value, there := fields[name]
	if !there {
		return "", nil, ledger.ErrMalformed.With("field %s is missing", name)
	}
	if json.Unmarshal(value, &id) != nil || id == "" {
		return "", nil, ledger.ErrMalformed.With("field %s must be a string", name)
	}
	delete(fields, name)
	rest, err = json.Marshal(fields)
	return id, rest, err
}

// keyOf is the one idempotency key of a message, or none. Errors: idempotency_key_invalid.
func keyOf(h nats.Header) (string, error) {
	keys := h.Values(headerKey)
	if len(keys) == 0 {
		return "", nil
	}
	invisible := func(r rune) bool { return r <= ' ' || r > '~' }
	if len(keys) > 1 || keys[0] == "" || len(keys[0]) > maxKey || strings.ContainsFunc(keys[0], invisible) {
		return "", faults.KeyInvalid
	}
	return keys[0], nil
}

// parseIfMatch is the version in an If-Match header; nil where it says nothing, or anything will do.
// Errors: if_match_invalid.
func parseIfMatch(value string) (*int64, error) {
	if value == "" || value == "*" {
		return nil, nil
	}
	digits, quoted := strings.CutPrefix(value, `"`)
	digits, closed := strings.CutSuffix(digits, `"`)
	version, err := strconv.ParseUint(digits, 10, 31)
	if !quoted || !closed || err != nil {
		return nil, faults.IfMatchInvalid
	}
	v := int64(version)
	return &v, nil
}

// bookOf is the book that an order is for. What belongs to a lender that the caller has nothing to do
// with is answered like what does not exist.
func (s *Service) bookOf(o order) (ident.Book, error) {
	permitted := func(id uuid.UUID, missing error) (ident.Book, error) {
		number := ident.BookOf(id)
		if lender, known := s.directory.OfBook(number); !known || !s.caller.May(lender) {
			return 0, missing
		}
		return number, nil
	}
	switch o.command.Entry.Target {
	case ledger.TargetLoan:
		return permitted(o.command.Target, loan.ErrNotFound)
	case ledger.TargetBorrower:
		return permitted(o.command.Target, borrower.ErrNotFound)
	}
	books := s.directory.Books(o.lender)
	if o.lender == "" || len(books) == 0 || !s.caller.May(o.lender) {
		return 0, book.ErrLenderUnknown
	}
	if apply, is := o.command.Body.(*ledger.Apply); is && apply.BorrowerID != uuid.Nil {
		if b := ident.BookOf(apply.BorrowerID); slices.Contains(books, b) {
			return b, nil
		}
		return 0, borrower.ErrNotFound
	}
	return books[0], nil
}
