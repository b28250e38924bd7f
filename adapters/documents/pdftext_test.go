package documents_test

import (
	"bytes"
	"compress/zlib"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// placed is one line of text as a PDF shows it: where its baseline begins in points from the lower
// left corner, in which font and size.
type placed struct {
	x, y float64
	font string
	size float64
	text string
}

var (
	streamPattern = regexp.MustCompile(`(?s)stream\r?\n(.*?)\r?\nendstream`)
	linePattern   = regexp.MustCompile(`(?s)BT /(\S+) ([\d.]+) Tf ET|BT (-?[\d.]+) (-?[\d.]+) Td \(((?:\\.|[^\\)])*)\) Tj ET`)
)

// linesOf reads the text that can be selected in a PDF, straight from its content streams.
func linesOf(t *testing.T, pdf []byte) []placed {
	t.Helper()
	var lines []placed
	for _, stream := range streamPattern.FindAllSubmatch(pdf, -1) {
		reader, err := zlib.NewReader(bytes.NewReader(stream[1]))
		if err != nil {
			continue
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		current := placed{}
		for _, m := range linePattern.FindAllSubmatch(content, -1) {
			if len(m[1]) > 0 {
				current.font, current.size = string(m[1]), number(t, m[2])
				continue
			}
			current.x, current.y, current.text = number(t, m[3]), number(t, m[4]), unescape(m[5])
			lines = append(lines, current)
		}
	}
	if len(lines) == 0 {
		t.Fatal("no text in the PDF")
	}
	return lines
}

func number(t *testing.T, b []byte) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// unescape turns a PDF string of big-endian UTF-16 into text.
func unescape(b []byte) string {
	var raw []byte
	for n := 0; n < len(b); n++ {
		if b[n] == '\\' {
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

// textOf is all text of a PDF, one line after another, with plain spaces.
func textOf(t *testing.T, pdf []byte) string {
	t.Helper()
	var all []string
	for _, line := range linesOf(t, pdf) {
		all = append(all, line.text)
	}
	return strings.ReplaceAll(strings.Join(all, "\n"), "\u00a0", " ")
}

// properties is what a PDF has outside its streams, where viewers and search engines look.
func propertiesOf(pdf []byte) []byte { return streamPattern.ReplaceAll(pdf, nil) }

// inUTF16 is a text as the properties of a PDF hold it.
func inUTF16(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u>>8), byte(u))
	}
	return b
}
