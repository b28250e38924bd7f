package orders

import (
	"bytes"
	"encoding/json"
)

// quick is a value that writes itself as JSON, as json.Marshal would.
type quick interface {
	AppendJSON([]byte) ([]byte, error)
}

// AppendJSON adds a value as JSON. Texts are not escaped for HTML: no answer is put into a page.
func AppendJSON(b []byte, v any) ([]byte, error) {
	if q, is := v.(quick); is {
		data, err := q.AppendJSON(b)
		if err != nil || bytes.IndexByte(data[len(b):], '\\') < 0 {
			return data, err
		}
		b = data[:len(b)] // there may be an escape that is for HTML only
	}
	out := bytes.NewBuffer(b)
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return b, err
	}
	data := out.Bytes()
	return data[:len(data)-1], nil // the encoder ends with a new line
}

// Marshal is json.Marshal, and faster where a value writes itself.
func Marshal(v any) ([]byte, error) {
	if q, is := v.(quick); is {
		return q.AppendJSON(nil)
	}
	return json.Marshal(v)
}
