package documents

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// States compares the text of a certificate with what it was issued with: its number and date, every
// contract with its dates and principal, no other contract, the position in the log and the
// checkpoint. The lender's letterhead and the borrower's name are not compared. Errors: ErrAltered,
// with what is not as it was.
func (p Paper) States(c CertificateData) error {
	w, found := p.words()
	if !found {
		return fmt.Errorf("%w: it has the title of no certificate", ErrAltered)
	}
	if !p.says(fill(w.Certificate.Number, "number", c.Number, "date", w.day(c.IssuedOn))) {
		return fmt.Errorf("%w: it is not certificate %s of %s", ErrAltered, c.Number, c.IssuedOn)
	}
	known := []string{c.Number}
	for _, k := range c.Contracts {
		principal, err := w.amount(k.Principal)
		if err != nil {
			return err
		}
		if !p.says(k.Number + w.day(k.SignedOn) + w.day(k.SettledOn) + principal) {
			return fmt.Errorf("%w: not that contract %s of %s over %s %s was settled on %s", ErrAltered,
				k.Number, k.SignedOn, k.Principal, k.Principal.Currency(), k.SettledOn)
		}
		known = append(known, k.Number)
	}
	for _, number := range anyNumber.FindAllString(p.text, -1) {
		if !slices.ContainsFunc(known, func(k string) bool { return strings.HasSuffix(number, k) || strings.HasSuffix(k, number) }) {
			return fmt.Errorf("%w: it names %s, which the certificate does not", ErrAltered, number)
		}
	}
	place := w.Certificate.LogPosition + strconv.FormatInt(c.LogPosition, 10)
	if k := c.Checkpoint; k != nil {
		place += w.Certificate.Checkpoint + k.Origin + w.Certificate.CheckpointSize + strconv.FormatInt(k.Size, 10) + w.Certificate.CheckpointRoot + k.Root
	}
	if !p.says(place) {
		return fmt.Errorf("%w: its place in the log is not position %d and the checkpoint that proves it", ErrAltered, c.LogPosition)
	}
	return nil
}

// words is the language that the paper is in.
func (p Paper) words() (words, bool) {
	for _, w := range vocabulary {
		if p.says(w.Certificate.Title) {
			return w, true
		}
	}
	return words{}, false
}

func (p Paper) says(text string) bool { return strings.Contains(p.text, squeeze(text)) }
