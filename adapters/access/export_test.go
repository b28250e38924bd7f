package access

import "encoding/json"

// Reread decodes a token file, writes what it read as Append does, and decodes that. The first error
// is of the text, the second of what was written.
func Reread(text []byte) (error, error) {
	doc, _, err := decode(text)
	if err != nil {
		return err, nil
	}
	written, err := json.MarshalIndent(doc, "", "  ")
	if err == nil {
		_, _, err = decode(written)
	}
	return nil, err
}
