package documents

import (
	"slices"

	"loanledger/domain/money"
)

// drawCertificate lays a certificate out from top to bottom.
func drawCertificate(s *sheet, c CertificateData) error {
	w := s.words.Certificate
	if !c.RevokedOn.IsZero() {
		s.over = func(s *sheet) { s.mark(w.RevokedMark) }
	}
	s.newPage()
	s.certificateTitle(c)

	s.at(margin, s.y, plain(8, muted), w.Borrower)
	s.y += 6.5
	s.paragraph(margin, textWidth, bold(13, ink), c.Borrower)
	s.y += 3
	s.certificateStatement(c)

	if err := s.contractsTable(c); err != nil {
		return err
	}
	if err := s.debtTable(c); err != nil {
		return err
	}
	if c.Signatory != nil {
		s.signature(*c.Signatory)
	}
	return s.verification(c)
}

// certificateTitle is the title, the number and date below it, and whether it is valid.
func (s *sheet) certificateTitle(c CertificateData) {
	w := s.words.Certificate
	s.paragraph(margin, textWidth, bold(21, ink), w.Title)
	s.y -= 1.5

	state, colour := w.Valid, green
	if !c.RevokedOn.IsZero() {
		state, colour = fill(w.Revoked, "date", s.words.day(c.RevokedOn)), red
	}
	label := bold(8.5, colour)
	width := s.width(label, state) + 8
	s.paint(colour.tint(10))
	s.pdf.RoundedRect(margin+textWidth-width, s.y-4.6, width, 6.8, 3.4, "1234", "F")
	s.at(margin+textWidth-width+4, s.y, label, state)

	number := fill(w.Number, "number", c.Number, "date", s.words.day(c.IssuedOn))
	s.paragraph(margin, textWidth-width-6, plain(10.5, muted), number)
	s.y += 9
}

// certificateStatement says what is certified; a revoked certificate says so instead.
func (s *sheet) certificateStatement(c CertificateData) {
	w := s.words.Certificate
	issued := s.words.day(c.IssuedOn)
	if c.RevokedOn.IsZero() {
		s.paragraph(margin, textWidth, plain(10.5, ink), fill(w.Statement, "lender", c.Lender.LegalName, "date", issued))
		s.y += 5
		return
	}
	text := plain(10, red)
	lines := s.wrap(text, fill(w.RevokedStatement, "revoked", s.words.day(c.RevokedOn), "date", issued), textWidth-10)
	height := float64(len(lines))*text.leading() + 6
	s.need(height)
	s.paint(redFaint)
	s.pdf.RoundedRect(margin, s.y-4, textWidth, height, 1.5, "1234", "F")
	s.y += 2.5
	for _, line := range lines {
		s.at(margin+5, s.y, text, line)
		s.y += text.leading()
	}
	s.y += 8
}

func (s *sheet) sectionTitle(text string) {
	s.need(30)
	s.at(margin, s.y, bold(10.5, ink), text)
	s.y += 3
}

func (s *sheet) contractsTable(c CertificateData) error {
	w := s.words.Certificate
	s.sectionTitle(w.Contracts)
	columns := []column{
		{w.ContractNumber, 52, false}, {w.ContractDate, 40, false},
		{w.ContractSettled, 40, false}, {w.ContractPrincipal, 34, true},
	}
	var rows [][]string
	for _, k := range c.Contracts {
		principal, err := s.words.amount(k.Principal)
		if err != nil {
			return err
		}
		rows = append(rows, []string{k.Number, s.words.day(k.SignedOn), s.words.day(k.SettledOn), principal})
	}
	s.table(columns, rows, plain(9, ink))
	s.y += 11
	return nil
}

// debtTable states that nothing is owed, part by part, once for each currency of the contracts.
func (s *sheet) debtTable(c CertificateData) error {
	w := s.words.Certificate
	s.sectionTitle(fill(w.Debt, "date", s.words.day(c.IssuedOn)))
	var columns []column
	for _, heading := range []string{w.Principal, w.Interest, w.Fees, w.Penalty, w.Total} {
		columns = append(columns, column{heading, textWidth / 5, true})
	}
	var currencies []money.Currency
	var rows [][]string
	for _, k := range c.Contracts {
		if slices.Contains(currencies, k.Principal.Currency()) {
			continue
		}
		currencies = append(currencies, k.Principal.Currency())
		nothing, err := s.words.amount(money.Zero(k.Principal.Currency()))
		if err != nil {
			return err
		}
		rows = append(rows, slices.Repeat([]string{nothing}, len(columns)))
	}
	s.table(columns, rows, bold(9.5, ink))
	s.y += 9
	return nil
}

// signature is a line to sign on, between the position and the name of who signs.
func (s *sheet) signature(by Signatory) {
	const (
		part = textWidth / 3
		gap  = 4.0
	)
	t := plain(9, ink)
	position, name := s.wrap(t, by.Position, part-gap), s.wrap(t, by.Name, part-gap)
	s.need(12 + float64(max(len(position), len(name)))*t.leading())
	s.y += 8
	s.pdf.SetDrawColor(int(muted.R), int(muted.G), int(muted.B))
	s.pdf.Line(margin+part, s.y+0.8, margin+2*part-gap, s.y+0.8)
	for n := range max(len(position), len(name)) {
		if n < len(position) {
			s.at(margin, s.y, t, position[n])
		}
		if n < len(name) {
			s.at(margin+2*part, s.y, t, name[n])
		}
		s.y += t.leading()
	}
	s.y += 4
}

// mark sets a word large across the page, so faint that all else stays legible.
func (s *sheet) mark(word string) {
	t := bold(74, red)
	x, y := pageWidth/2, pageHeight/2+10
	s.pdf.SetAlpha(0.08, "Normal")
	s.pdf.TransformBegin()
	s.pdf.TransformRotate(38, x, y)
	s.at(x-s.width(t, word)/2, y, t, word)
	s.pdf.TransformEnd()
	s.pdf.SetAlpha(1, "Normal")
}
