package documents

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Errors of papers that are read again.
var (
	// ErrNotPaper: the file is not a PDF as this package draws it.
	ErrNotPaper = errors.New("documents: not a PDF that was drawn here")
	// ErrAltered: the paper states something else than it was issued with.
	ErrAltered = errors.New("documents: the paper states something else")
)

// paperLimit bounds what is unpacked of a file, in bytes; the fonts are the largest part.
const paperLimit = 64 << 20

// Paper is what can be read in a PDF of this package.
type Paper struct {
	// Attachments is the files that are embedded in it.
	Attachments [][]byte
	text        string // of all pages, without white space
}

var (
	streamStart = regexp.MustCompile(`stream\r?\n`)
	shownText   = regexp.MustCompile(`(?s)BT -?[\d.]+ -?[\d.]+ Td \(((?:\\.|[^\\)])*)\) Tj ET`)
	anyNumber   = regexp.MustCompile(`\pL{2,4}(?:-[0-9A-Z]{4}){3}`)
)

// OpenPaper reads a PDF. It is for files of this package, in the order in which they are written; a
// file that was continued after its end, which is how editors of PDFs save their changes, is refused.
// Errors: ErrNotPaper.
func OpenPaper(pdf []byte) (Paper, error) {
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) {
		return Paper{}, ErrNotPaper
	}
	if bytes.Count(pdf, []byte("startxref")) != 1 || !bytes.HasSuffix(bytes.TrimRight(pdf, "\r\n"), []byte("%%EOF")) {
		return Paper{}, fmt.Errorf("%w: it was continued after its end", ErrNotPaper)
	}
	var p Paper
	var text strings.Builder
	left := int64(paperLimit)
	for rest := pdf; ; {
		at := streamStart.FindIndex(rest)
		if at == nil {
			break
		}
		head := rest[:at[0]]
		if begin := bytes.LastIndex(head, []byte(" obj\n")); begin >= 0 {
			head = head[begin:]
		}
		content, used := unpack(rest[at[1]:], left)
		rest, left = rest[at[1]+used:], left-int64(len(content))
		if bytes.Contains(head, []byte("/EmbeddedFile")) {
			p.Attachments = append(p.Attachments, content)
			continue
		}
		for _, m := range shownText.FindAllSubmatch(content, -1) {
			text.WriteString(squeeze(unescape(m[1])))
		}
	}
	p.text = text.String()
	return p, nil
}

// unpack inflates the stream that the bytes begin with, at most so many bytes, and answers how much of
// them it was; nothing where it is no such stream.
func unpack(packed []byte, limit int64) (content []byte, used int) {
	from := bytes.NewReader(packed)
	inflated, err := zlib.NewReader(from)
	if err != nil {
		return nil, 0
	}
	content, err = io.ReadAll(io.LimitReader(inflated, limit))
	if err != nil {
		return nil, 0
	}
	return content, len(packed) - from.Len()
}

// unescape turns a string of a PDF, big-endian UTF-16, into text.
func unescape(b []byte) string {
	var raw []byte
	for n := 0; n < len(b); n++ {
		if b[n] == '\\' && n+1 < len(b) {
			n++
			if b[n] == 'r' {
				raw = append(raw, '\r')
				continue
			}
		}
		raw = append(raw, b[n])
	}
	units := make([]uint16, len(raw)/2)
	for n := range units {
		units[n] = uint16(raw[2*n])<<8 | uint16(raw[2*n+1])
	}
	return string(utf16.Decode(units))
}

// squeeze leaves out white space, by which lines are broken.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
