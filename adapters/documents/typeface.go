package documents

import (
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrUnprintable is returned for a text with a character that the typeface lacks. The error names
// the field, not the text: it may be a person's name.
var ErrUnprintable = errors.New("documents: a character that cannot be printed")

//go:embed fonts/NotoSans-Regular.ttf fonts/NotoSans-Bold.ttf
var fontFiles embed.FS

const family = "noto"

var regularFont, boldFont = readFont("fonts/NotoSans-Regular.ttf"), readFont("fonts/NotoSans-Bold.ttf")

// covered holds the characters that both weights have. Without this check a missing character
// would come out as an empty box in somebody's name.
var covered = func() map[rune]bool {
	bold := charactersOf(boldFont)
	both := make(map[rune]bool, len(bold))
	for r := range charactersOf(regularFont) {
		both[r] = bold[r]
	}
	return both
}()

func readFont(name string) []byte {
	data, err := fontFiles.ReadFile(name)
	if err != nil {
		panic("documents: " + err.Error())
	}
	return data
}

// checkPrintable refuses texts with characters that the typeface lacks. It takes names of fields
// and their texts by turns.
func checkPrintable(fields ...string) error {
	for n := 0; n < len(fields); n += 2 {
		for _, r := range fields[n+1] {
			if !covered[r] {
				return fmt.Errorf("%w: %s", ErrUnprintable, fields[n])
			}
		}
	}
	return nil
}

// charactersOf reads which characters of the basic plane a TrueType font has, from the segments of
// its Unicode character map (cmap, platform 3, encoding 1, format 4).
func charactersOf(font []byte) map[rune]bool {
	cmap := table(font, "cmap")
	u16 := func(at int) int { return int(binary.BigEndian.Uint16(cmap[at:])) }
	for n := range u16(2) {
		entry := 4 + 8*n
		at := int(binary.BigEndian.Uint32(cmap[entry+4:]))
		if u16(entry) != 3 || u16(entry+2) != 1 || u16(at) != 4 {
			continue
		}
		found := map[rune]bool{}
		segments := u16(at+6) / 2
		ends := at + 14
		starts := ends + 2*segments + 2
		for s := range segments {
			for r := u16(starts + 2*s); r <= u16(ends+2*s) && r != 0xFFFF; r++ {
				found[rune(r)] = true
			}
		}
		return found
	}
	panic("documents: a font without a Unicode character map")
}

// table is the part of a TrueType font with a name of four letters.
func table(font []byte, name string) []byte {
	for n := range int(binary.BigEndian.Uint16(font[4:])) {
		entry := font[12+16*n:]
		if string(entry[:4]) == name {
			return font[binary.BigEndian.Uint32(entry[8:]):]
		}
	}
	panic("documents: a font without the table " + name)
}
