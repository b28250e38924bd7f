package documents

import (
	"fmt"

	"rsc.io/qr"
)

// quietZone is the white border that a reader needs, in modules, by ISO/IEC 18004.
const quietZone = 4

// drawQR draws a QR code as filled squares on white, quiet zone included, size millimetres wide.
// Squares side by side are one rectangle, so that no seams show.
func (s *sheet) drawQR(x, y, size float64, text string) error {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return fmt.Errorf("%w: the verification address does not fit a QR code", ErrIncomplete)
	}
	module := size / float64(code.Size+2*quietZone)
	s.paint(white)
	s.pdf.RoundedRect(x, y, size, size, 1, "1234", "F")
	s.paint(ink)
	for row := range code.Size {
		for from := 0; from < code.Size; from++ {
			to := from
			for to < code.Size && code.Black(to, row) {
				to++
			}
			if to == from {
				continue
			}
			s.pdf.Rect(x+module*float64(quietZone+from), y+module*float64(quietZone+row), module*float64(to-from), module, "F")
			from = to
		}
	}
	return nil
}
