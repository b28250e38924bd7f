package documents

import (
	"strings"
	"unicode/utf8"
)

// Colour is red, green and blue, 0 to 255.
type Colour struct{ R, G, B uint8 }

// The colours that do not belong to a brand.
var (
	ink      = Colour{31, 36, 43}
	muted    = Colour{104, 112, 124}
	hairy    = Colour{218, 222, 228}
	white    = Colour{255, 255, 255}
	green    = Colour{22, 112, 72}
	red      = Colour{176, 32, 38}
	redFaint = Colour{252, 238, 238}
)

// tint is a colour mixed with white: a share of 1 is the colour itself, 0 is white.
func (c Colour) tint(percent int) Colour {
	mix := func(v uint8) uint8 { return uint8(255 - (255-int(v))*percent/100) }
	return Colour{mix(c.R), mix(c.G), mix(c.B)}
}

// style is how a text is set: its size in points, its weight and its colour.
type style struct {
	size   float64
	weight string
	colour Colour
}

func plain(size float64, c Colour) style { return style{size, "", c} }
func bold(size float64, c Colour) style  { return style{size, "B", c} }

// leading is the distance of two lines in millimetres, about 1.4 times the size.
func (t style) leading() float64 { return t.size * 0.5 }

func (s *sheet) use(t style) {
	s.pdf.SetFont(family, t.weight, t.size)
	s.pdf.SetTextColor(int(t.colour.R), int(t.colour.G), int(t.colour.B))
}

func (s *sheet) paint(c Colour) { s.pdf.SetFillColor(int(c.R), int(c.G), int(c.B)) }

// at sets one line with its baseline at y.
func (s *sheet) at(x, y float64, t style, text string) {
	s.use(t)
	s.pdf.Text(x, y, text)
}

// atRight sets one line that ends at x.
func (s *sheet) atRight(x, y float64, t style, text string) {
	s.at(x-s.width(t, text), y, t, text)
}

// width is the width of a line in millimetres.
func (s *sheet) width(t style, text string) float64 {
	s.use(t)
	return s.pdf.GetStringWidth(text)
}

// rule draws a thin line across the text.
func (s *sheet) rule(y float64) {
	s.pdf.SetDrawColor(int(hairy.R), int(hairy.G), int(hairy.B))
	s.pdf.SetLineWidth(0.2)
	s.pdf.Line(margin, y, margin+textWidth, y)
}

// paragraph sets a text of any length from y on, over pages if it must, and moves y below it.
func (s *sheet) paragraph(x, width float64, t style, text string) {
	for _, line := range s.wrap(t, text, width) {
		s.need(t.leading())
		s.at(x, s.y, t, line)
		s.y += t.leading()
	}
}

// shortened is a text that fits on one line, its end left out where it must.
func (s *sheet) shortened(t style, text string, width float64) string {
	if s.width(t, text) <= width {
		return text
	}
	return text[:s.fitting(t, text, width-s.width(t, "…"))] + "…"
}

// wrap breaks a text into lines that fit a width, at spaces; a word that is wider than a line is
// broken after a hyphen or a slash, or else where the line ends. There is at least one line.
func (s *sheet) wrap(t style, text string, width float64) []string {
	var lines []string
	line := ""
	for _, word := range strings.Split(text, " ") {
		joined := word
		if line != "" {
			joined = line + " " + word
		}
		if s.width(t, joined) <= width {
			line = joined
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for s.width(t, word) > width {
			head := s.fitting(t, word, width)
			if hyphen := strings.LastIndexAny(word[:head], "-/?&"); hyphen > head/2 {
				head = hyphen + 1
			}
			lines = append(lines, word[:head])
			word = word[head:]
		}
		line = word
	}
	return append(lines, line)
}

// fitting is the length in bytes of the longest beginning of a word that fits, at least one character.
func (s *sheet) fitting(t style, word string, width float64) int {
	_, end := utf8.DecodeRuneInString(word)
	for n := range word {
		if n > end && s.width(t, word[:n]) <= width {
			end = n
		}
	}
	return end
}
