package documents_test

import (
	"os"
	"testing"

	"codeberg.org/go-pdf/fpdf"
)

const (
	pointsPerMillimetre = 72 / 25.4
	leftEdge            = 22 * pointsPerMillimetre
	rightEdge           = (210 - 22) * pointsPerMillimetre
	lowestBaseline      = (297 - 288) * pointsPerMillimetre
	highestBaseline     = (297 - 12) * pointsPerMillimetre
)

// TestInsideMargins measures every line of every sample where the file places it: none runs over
// the margins, whatever the length of names.
func TestInsideMargins(t *testing.T) {
	ruler := fpdf.New("P", "pt", "A4", "")
	for weight, file := range map[string]string{"": "fonts/NotoSans-Regular.ttf", "B": "fonts/NotoSans-Bold.ttf"} {
		font, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		ruler.AddUTF8FontFromBytes("ruler", weight, font)
	}
	for name, sample := range samples {
		lines := linesOf(t, certificate(t, sample()))
		regular := lines[0].font // the letterhead begins in bold
		for _, line := range lines {
			if line.text == "ОТОЗВАНА" {
				continue // set at an angle, in coordinates of its own
			}
			weight := ""
			if line.font == regular {
				weight = "B"
			}
			ruler.SetFont("ruler", weight, line.size)
			end := line.x + ruler.GetStringWidth(line.text)
			if line.x < leftEdge-0.1 || end > rightEdge+0.1 || line.y < lowestBaseline || line.y > highestBaseline {
				t.Errorf("%s: %q runs from %.1f to %.1f at %.1f", name, line.text, line.x, end, line.y)
			}
		}
	}
}
