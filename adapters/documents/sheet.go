package documents

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"codeberg.org/go-pdf/fpdf"

	"loanledger/domain/date"
)

// ErrIncomplete is returned when something that a document must state is missing.
var ErrIncomplete = errors.New("documents: something is missing")

// Lender is who issues a document. Brand, LegalName, Registration and Address are printed; Colour is
// the brand's, red, green and blue from 0 to 255.
type Lender struct {
	Brand        string
	LegalName    string
	Registration string
	Address      string
	Colour       Colour
}

// The page is A4 upright; all lengths are in millimetres.
const (
	pageWidth    = 210.0
	pageHeight   = 297.0
	margin       = 22.0
	textWidth    = pageWidth - 2*margin
	brandBar     = 5.0
	footerTop    = 281.0
	contentFloor = 274.0
)

// sheet is a document being drawn: the library's page, and y, the height down to which it is full.
type sheet struct {
	pdf    *fpdf.Fpdf
	words  words
	lender Lender
	footer string
	// pages is how many pages there will be; it is known on the second drawing.
	pages int
	y     float64
	// over is drawn over every page once that is full.
	over func(*sheet)
}

// properties are what a file tells of itself, and never personal data.
type properties struct {
	title  string
	footer string
	issued date.Date
	proof  []byte // to attach; nil is none
}

// proofName is what the attached proof is called.
const proofName = "log-proof.json"

// draw makes a document by drawing it twice: only then does each page know how many there are.
func draw(w words, lender Lender, p properties, content func(*sheet) error) ([]byte, error) {
	first, err := drawOnce(w, lender, p, 0, content)
	if err != nil {
		return nil, err
	}
	second, err := drawOnce(w, lender, p, first.pdf.PageCount(), content)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := second.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("documents: write: %w", err)
	}
	return out.Bytes(), nil
}

func drawOnce(w words, lender Lender, p properties, pages int, content func(*sheet) error) (*sheet, error) {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(p.issued.Time())
	pdf.SetModificationDate(p.issued.Time())
	pdf.SetProducer("loanledger", true)
	pdf.SetAuthor(lender.LegalName, true)
	pdf.SetTitle(p.title, true)
	pdf.SetLang(string(w.language))
	pdf.SetDisplayMode("fullpage", "continuous")
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(0, 0, 0)
	if p.proof != nil {
		pdf.SetAttachments([]fpdf.Attachment{{Content: p.proof, Filename: proofName}})
	}
	pdf.AddUTF8FontFromBytes(family, "", regularFont)
	pdf.AddUTF8FontFromBytes(family, "B", boldFont)

	s := &sheet{pdf: pdf, words: w, lender: lender, footer: p.footer, pages: pages}
	if err := content(s); err != nil {
		return nil, err
	}
	s.endPage()
	if err := pdf.Error(); err != nil {
		return nil, fmt.Errorf("documents: draw: %w", err)
	}
	return s, nil
}

// newPage begins a page: the brand's bar, the letterhead on the first and its short form on the
// others, and the footer.
func (s *sheet) newPage() {
	s.endPage()
	s.pdf.AddPage()
	s.paint(s.lender.Colour)
	s.pdf.Rect(0, 0, pageWidth, brandBar, "F")
	if s.pdf.PageNo() == 1 {
		s.letterhead()
	} else {
		s.y = 18
		s.at(margin, s.y, bold(9, s.lender.Colour), s.lender.Brand)
		s.y += 8
	}
	s.drawFooter()
}

// endPage finishes the page that is being drawn, if any.
func (s *sheet) endPage() {
	if s.over != nil && s.pdf.PageNo() > 0 {
		s.over(s)
	}
}

// letterhead has the brand on the left and the legal person on the right.
func (s *sheet) letterhead() {
	const (
		top         = 18.0
		brandWidth  = 60.0
		detailWidth = textWidth - brandWidth - 6
	)
	name := bold(16, s.lender.Colour)
	left := top + 1.5
	for _, line := range s.wrap(name, s.lender.Brand, brandWidth) {
		s.at(margin, left, name, line)
		left += name.leading()
	}
	right := top - 1
	for n, text := range []string{s.lender.LegalName, s.lender.Registration, s.lender.Address} {
		style := plain(7.5, muted)
		if n == 0 {
			style = bold(7.5, ink)
		}
		for _, line := range s.wrap(style, text, detailWidth) {
			s.atRight(margin+textWidth, right, style, line)
			right += style.leading()
		}
	}
	s.y = max(left, right) + 1
	s.rule(s.y)
	s.y += 15
}

func (s *sheet) drawFooter() {
	s.rule(footerTop)
	style := plain(7, muted)
	s.at(margin, footerTop+4.5, style, s.shortened(style, s.footer, textWidth-45))
	page := fill(s.words.Page, "page", strconv.Itoa(s.pdf.PageNo()), "pages", strconv.Itoa(s.pages))
	s.atRight(margin+textWidth, footerTop+4.5, style, page)
}

// need begins a new page unless there is room for something of a height.
func (s *sheet) need(height float64) {
	if s.y+height > contentFloor {
		s.newPage()
	}
}
