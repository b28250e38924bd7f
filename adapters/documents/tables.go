package documents

// column is a column of a table: its heading, its width, and whether its cells end at the right,
// as amounts do.
type column struct {
	heading string
	width   float64
	right   bool
}

const (
	cellPadding = 2.5
	rowPadding  = 2.2
)

// table draws a heading and rows; long cells are broken into lines, rows never across pages, and
// the heading is repeated on every page.
func (s *sheet) table(columns []column, rows [][]string, cell style) {
	head := bold(8, muted)
	titles := make([]string, len(columns))
	for n, c := range columns {
		titles[n] = c.heading
	}
	headLines := s.cellLines(columns, titles, head)
	s.need(rowHeight(headLines, head) + 2*cell.leading() + 2*rowPadding)
	s.headRow(columns, headLines, head)
	for _, row := range rows {
		lines := s.cellLines(columns, row, cell)
		if s.y+rowHeight(lines, cell) > contentFloor {
			s.newPage()
			s.headRow(columns, headLines, head)
		}
		s.row(columns, lines, cell)
		s.rule(s.y)
	}
}

// headRow draws the column headings on a tint of the brand's colour.
func (s *sheet) headRow(columns []column, lines [][]string, head style) {
	s.paint(s.lender.Colour.tint(8))
	s.pdf.Rect(margin, s.y, textWidth, rowHeight(lines, head), "F")
	s.row(columns, lines, head)
}

// row draws one row from y on and moves y below it.
func (s *sheet) row(columns []column, lines [][]string, t style) {
	x := margin
	for n, c := range columns {
		baseline := s.y + rowPadding + t.leading()*0.72
		for _, line := range lines[n] {
			if c.right {
				s.atRight(x+c.width-cellPadding, baseline, t, line)
			} else {
				s.at(x+cellPadding, baseline, t, line)
			}
			baseline += t.leading()
		}
		x += c.width
	}
	s.y += rowHeight(lines, t)
}

func (s *sheet) cellLines(columns []column, cells []string, t style) [][]string {
	lines := make([][]string, len(columns))
	for n, c := range columns {
		lines[n] = s.wrap(t, cells[n], c.width-2*cellPadding)
	}
	return lines
}

func rowHeight(lines [][]string, t style) float64 {
	most := 0
	for _, cell := range lines {
		most = max(most, len(cell))
	}
	return float64(most)*t.leading() + 2*rowPadding
}
