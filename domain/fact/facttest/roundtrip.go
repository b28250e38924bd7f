package facttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"loanledger/domain/fact"
	"loanledger/domain/fact/jsontext"
)

// RoundTrip is an error when an event that can be decoded cannot be encoded again, or when that
// changes it; and when encoding/json takes other data, makes another event of it, or writes another
// text. An event that cannot be decoded is none.
func RoundTrip(kinds fact.Kinds, eventType string, schema int16, data []byte) error {
	f, err := kinds.Decode(eventType, schema, data)
	if k := kinds[eventType]; k.Zero != nil && schema == k.Schema {
		if err := asEncodingJSON(k, f, err, data); err != nil {
			return err
		}
	}
	if err != nil {
		return nil
	}
	once, err := kinds.Encode(f)
	if err != nil {
		return err
	}
	if want, err := json.Marshal(f); err != nil || !bytes.Equal(once.Data, want) {
		return fmt.Errorf("%s was written, encoding/json writes %s (%v)", once.Data, want, err)
	}
	again, err := kinds.Decode(once.Type, once.Schema, once.Data)
	if err != nil {
		return fmt.Errorf("%s was written, but: %w", once.Data, err)
	}
	twice, err := kinds.Encode(again)
	if err == nil && !bytes.Equal(once.Data, twice.Data) {
		err = fmt.Errorf("%s was written again as %s", once.Data, twice.Data)
	}
	return err
}

// asEncodingJSON holds a decoded event, or the error of decoding it, against what encoding/json makes
// of the data.
func asEncodingJSON(k fact.Kind, f fact.Fact, refused error, data []byte) error {
	want := reflect.New(reflect.TypeOf(k.Zero))
	err := json.Unmarshal(data, want.Interface())
	switch {
	case refused == nil && err != nil:
		return fmt.Errorf("%s was taken as %s, encoding/json does not take it: %w", data, k.Type, err)
	case refused != nil && err == nil && !Stricter(data):
		return fmt.Errorf("encoding/json takes %s as %s, but: %w", data, k.Type, refused)
	case refused == nil && !reflect.DeepEqual(f, want.Elem().Interface()):
		return fmt.Errorf("%s became %+v, with encoding/json %+v", data, f, want.Elem())
	}
	return nil
}

// Stricter reports whether JSON has what is refused though encoding/json takes it: the same name twice
// in an object, or deeper nesting than jsontext.MaxDepth.
func Stricter(data []byte) bool {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var open []object
	for {
		token, err := d.Token()
		if err != nil {
			return false
		}
		top := len(open) - 1
		if delimiter, is := token.(json.Delim); is && (delimiter == '}' || delimiter == ']') {
			open = open[:top]
			continue
		}
		if top >= 0 && open[top].isName(token) {
			name := token.(string)
			if slices.ContainsFunc(open[top].names, func(n string) bool { return strings.EqualFold(n, name) }) {
				return true
			}
			open[top].names = append(open[top].names, name)
			continue
		}
		if delimiter, is := token.(json.Delim); is {
			open = append(open, object{list: delimiter == '['})
		}
		if len(open) > jsontext.MaxDepth {
			return true
		}
	}
}

// object is an object or a list whose end has not come yet.
type object struct {
	list  bool
	value bool // the next token is a value, not a name
	names []string
}

// isName tells the names of fields from values.
func (o *object) isName(json.Token) bool {
	if o.list {
		return false
	}
	o.value = !o.value
	return o.value
}

// AppendJSON adds the JSON of v as encoding/json writes it, for events of tests that have no generated
// code.
func AppendJSON(b []byte, v any) ([]byte, error) {
	text, err := json.Marshal(v)
	return append(b, text...), err
}

// DecodeFact reads JSON with encoding/json, for events of tests that have no generated code.
func DecodeFact[F fact.Fact](data []byte) (fact.Fact, error) {
	var f F
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, err
	}
	return f, nil
}
