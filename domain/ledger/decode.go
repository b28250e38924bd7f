package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/fact/jsontext"
	"loanledger/domain/money"

	"github.com/google/uuid"
)

// Decode reads a command's body, strictly: no unknown fields, nothing after it. No bytes are an
// empty body. What is wrong with a body is found out by encoding/json. Errors: body_malformed.
func (e Entry) Decode(target uuid.UUID, data []byte) (Command, error) {
	if c, _, plain := e.DecodePlain(target, data, ""); plain {
		return c, nil
	}
	c := Command{Entry: e, Target: target, Body: e.NewBody()}
	if len(bytes.TrimSpace(data)) == 0 {
		return c, nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(c.Body); err != nil {
		return c, malformed(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return c, ErrMalformed.With("there is something after the body")
	}
	return c, nil
}

// DecodePlain reads a body without encoding/json. The value of one more field, a string that the body
// itself does not have, is answered beside it, where a name is given. What is accepted is the command
// that Decode gives without that field; false says nothing of whether a body is right.
func (e Entry) DecodePlain(target uuid.UUID, data []byte, another string) (c Command, named string, plain bool) {
	c = Command{Entry: e, Target: target, Body: e.NewBody()}
	body, is := c.Body.(interface{ ReadJSON(*jsontext.Reader) })
	if !is {
		return c, "", false
	}
	r := jsontext.NewStrictReader(data, another)
	body.ReadJSON(r)
	return c, r.Beside(), r.End() == nil
}

// malformed says what is wrong with a body without repeating any of it.
func malformed(err error) error {
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &typ):
		return ErrMalformed.With("field %s must be a %s", typ.Field, typ.Type.Kind())
	case errors.Is(err, money.ErrInvalidAmount):
		return ErrMalformed.With("an amount must be a string of decimal digits, such as \"2500.00\"")
	case errors.Is(err, date.ErrInvalid):
		return ErrMalformed.With("a date must be a string of the form YYYY-MM-DD")
	case bytes.HasPrefix([]byte(err.Error()), []byte("json: unknown field")):
		return ErrMalformed.With("there is a field that this command does not have")
	}
	return ErrMalformed.With("it is not valid JSON, or a value has the wrong form")
}

// Canonical is the command in one fixed form, whatever the body looked like when it came: what its
// idempotency key stands for.
func (c Command) Canonical() []byte {
	w := jsontext.Writer{Buf: make([]byte, 0, 256)}
	w.Verbatim(`{"Name":`)
	w.String(c.Entry.Name)
	w.Verbatim(`,"Target":`)
	w.UUID(c.Target)
	w.Verbatim(`,"Body":`)
	data, err := c.Body.(fact.Text).AppendJSON(w.Buf)
	if err != nil {
		panic("ledger: a body that was decoded cannot be encoded: " + err.Error())
	}
	return append(data, '}')
}
