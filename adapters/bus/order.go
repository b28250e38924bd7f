package bus

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"loanledger/adapters/internal/faults"
	"loanledger/adapters/internal/orders"
	"loanledger/domain/ledger"
)

// The headers of a command and of its answer, as over HTTP.
const (
	headerKey      = "Idempotency-Key"
	headerIfMatch  = "If-Match"
	headerETag     = "ETag"
	headerReplayed = "Idempotent-Replayed"
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
	if len(data) > orders.MaxBody {
		return o, faults.TooLarge
	}
	name := idFields[entry.Target]
	if entry.Target != ledger.TargetBook {
		if c, id, plain := entry.DecodePlain(uuid.Nil, data, name); plain && id != "" {
			o.command = c
			o.command.Target, err = targetOf(name, id)
			return o, err
		}
	}
	id, rest, err := splitBody(entry, data)
	if err != nil {
		return o, err
	}
	var target uuid.UUID
	if entry.Target != ledger.TargetBook {
		if target, err = targetOf(name, id); err != nil {
			return o, err
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

// targetOf is the identifier in a field of the body. Errors: body_malformed.
func targetOf(name, id string) (uuid.UUID, error) {
	target, err := uuid.Parse(id)
	if err != nil || len(id) != 36 {
		return uuid.Nil, ledger.ErrMalformed.With("field %s must be a UUID", name)
	}
	return target, nil
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
	if len(keys) > 1 || keys[0] == "" {
		return "", faults.KeyInvalid
	}
	return keys[0], orders.CheckKey(keys[0])
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
