package documents

import "strconv"

// verification is a card at the foot of the page, or below the rest where that took more than one:
// the QR code, the address, and the certificate's place in the log.
func (s *sheet) verification(c CertificateData) error {
	const (
		code   = 34.0
		inset  = 5.0
		column = margin + inset + code + 6
		width  = margin + textWidth - inset - column
	)
	w := s.words.Certificate
	address := plain(8.5, s.lender.Colour)
	links := s.wrap(address, c.VerificationURL, width)
	how := plain(8.5, ink)
	steps := s.wrap(how, w.VerifyHow, width)
	facts := [][2]string{{w.LogPosition, strconv.FormatInt(c.LogPosition, 10)}}
	if k := c.Checkpoint; k != nil {
		facts = append(facts, [2]string{w.Checkpoint, k.Origin},
			[2]string{w.CheckpointSize, strconv.FormatInt(k.Size, 10)}, [2]string{w.CheckpointRoot, k.Root})
	}
	factLines := s.factLines(facts, width)
	text := 9 + float64(len(steps)+len(links))*how.leading() + 3 + float64(factLines)*factStyle.leading()
	height := max(code, text) + 2*inset

	s.need(height)
	top := s.y
	if s.pdf.PageNo() == 1 {
		top = contentFloor - height
	}
	s.paint(s.lender.Colour.tint(6))
	s.pdf.RoundedRect(margin, top, textWidth, height, 2, "1234", "F")
	if err := s.drawQR(margin+inset, top+inset, code, c.VerificationURL); err != nil {
		return err
	}
	s.y = top + inset + 3.5
	s.at(column, s.y, bold(10.5, ink), w.Verify)
	s.y += 6
	s.paragraph(column, width, how, w.VerifyHow)
	from := s.y
	s.paragraph(column, width, address, c.VerificationURL)
	s.pdf.LinkString(column, from-3.5, width, s.y-from, c.VerificationURL)
	s.y += 2.5
	s.facts(facts, column, width)
	return nil
}

// factLabel is the width kept for the names of facts.
const factLabel = 36.0

var factStyle = plain(7.5, ink)

// facts sets names and values in two columns.
func (s *sheet) facts(facts [][2]string, x, width float64) {
	for _, f := range facts {
		s.at(x, s.y, plain(factStyle.size, muted), f[0])
		s.paragraph(x+factLabel, width-factLabel, factStyle, f[1])
	}
}

func (s *sheet) factLines(facts [][2]string, width float64) (lines int) {
	for _, f := range facts {
		lines += len(s.wrap(factStyle, f[1], width-factLabel))
	}
	return lines
}
