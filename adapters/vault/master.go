package vault

import (
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// ErrMasterText: the text of a master key is not base64, or not of 32 bytes.
var ErrMasterText = errors.New("a master key is 32 bytes in base64, 44 characters")

// Master is a master key: 32 secret bytes. Printing or logging it shows that there is one, never
// which.
type Master struct {
	key [keySize]byte
}

// ParseMaster reads a master key from base64, in the standard or the URL alphabet, padded or not,
// with white space around it. Error: ErrMasterText, which never quotes the text.
func ParseMaster(text string) (Master, error) {
	text = strings.TrimSpace(text)
	if strings.ContainsAny(text, "\r\n") {
		return Master{}, fmt.Errorf("%w; this is more than one line", ErrMasterText)
	}
	text = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	raw, err := base64.RawStdEncoding.Strict().DecodeString(text)
	if err != nil {
		return Master{}, fmt.Errorf("%w; this is not base64", ErrMasterText)
	}
	if len(raw) != keySize {
		return Master{}, fmt.Errorf("%w; this has %d bytes", ErrMasterText, len(raw))
	}
	return Master{key: [keySize]byte(raw)}, nil
}

// text is what ParseMaster reads.
func (m Master) text() string { return base64.StdEncoding.EncodeToString(m.key[:]) }

const redacted = "[master key]"

// Format prints a fixed text, whatever the verb.
func (m Master) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(redacted)) }

// LogValue is a fixed text.
func (m Master) LogValue() slog.Value { return slog.StringValue(redacted) }
