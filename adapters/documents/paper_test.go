package documents_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"loanledger/adapters/documents"
	"loanledger/domain/date"
	"loanledger/domain/money"
)

func openPaper(t *testing.T, pdf []byte) documents.Paper {
	t.Helper()
	p, err := documents.OpenPaper(pdf)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The proof that is attached comes out as it went in, and the paper is still the same bytes each time.
func TestProofIsAttached(t *testing.T) {
	c := spanish()
	c.Proof = []byte(`{"format": "test", "text": "` + strings.Repeat("stream\nendstream ", 500) + `"}`)
	first := certificate(t, c)
	if !bytes.Equal(first, certificate(t, c)) {
		t.Error("another drawing has other bytes")
	}
	p := openPaper(t, first)
	if len(p.Attachments) != 1 || !bytes.Equal(p.Attachments[0], c.Proof) {
		t.Errorf("attached is %d files", len(p.Attachments))
	}
	if err := p.States(c); err != nil {
		t.Error(err)
	}
	if p := openPaper(t, certificate(t, spanish())); len(p.Attachments) != 0 {
		t.Error("a paper without a proof has one")
	}
	if string(propertiesOf(first)) == string(propertiesOf(certificate(t, spanish()))) {
		t.Error("readers are not told of the attachment")
	}
}

// Every sample states what it was drawn from, and nothing else.
func TestPapersAreComparedWithWhatTheyState(t *testing.T) {
	for name, sample := range samples {
		p := openPaper(t, certificate(t, sample()))
		if err := p.States(sample()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for change, forge := range map[string]func(*documents.CertificateData){
			"number":     func(c *documents.CertificateData) { c.Number += "0" },
			"date":       func(c *documents.CertificateData) { c.IssuedOn = c.IssuedOn.AddDays(1) },
			"contract":   func(c *documents.CertificateData) { c.Contracts[0].Number += "0" },
			"signed on":  func(c *documents.CertificateData) { c.Contracts[0].SignedOn = c.Contracts[0].SignedOn.AddDays(-1) },
			"settled on": func(c *documents.CertificateData) { c.Contracts[0].SettledOn = c.Contracts[0].SettledOn.AddDays(1) },
			"principal": func(c *documents.CertificateData) {
				c.Contracts[0].Principal = money.New(1, c.Contracts[0].Principal.Currency())
			},
			"one more": func(c *documents.CertificateData) {
				k := c.Contracts[0]
				k.SignedOn = date.MustParse("2001-01-01")
				c.Contracts = append(c.Contracts, k)
			},
			"log position": func(c *documents.CertificateData) { c.LogPosition = 77 },
			"checkpoint": func(c *documents.CertificateData) {
				c.Checkpoint = &documents.Checkpoint{Origin: "other", Size: 1, Root: "x"}
			},
		} {
			c := sample()
			forge(&c)
			if err := p.States(c); !errors.Is(err, documents.ErrAltered) {
				t.Errorf("%s: another %s: %v", name, change, err)
			}
		}
	}
	c := english()
	for n := range c.Contracts {
		c.Contracts[n].Number = "CA-7K3M-9QFD-X2A0"
	}
	more := english()
	more.Contracts = append(more.Contracts, c.Contracts[0])
	if err := openPaper(t, certificate(t, more)).States(english()); !errors.Is(err, documents.ErrAltered) {
		t.Errorf("a contract too many: %v", err)
	}
}

func TestWhatIsNoPaper(t *testing.T) {
	pdf := certificate(t, english())
	for name, data := range map[string][]byte{
		"nothing": nil, "a text": []byte("hello"), "cut": pdf[:len(pdf)-100], "only its beginning": []byte("%PDF-1.7\n"),
		"continued": append(bytes.Clone(pdf), pdf[len(pdf)-300:]...), "something behind": append(bytes.Clone(pdf), "1 0 obj\n"...),
	} {
		if _, err := documents.OpenPaper(data); !errors.Is(err, documents.ErrNotPaper) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzOpenPaper(f *testing.F) {
	c := english()
	c.Proof = []byte(`{}`)
	pdf, err := documents.Certificate(c)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(pdf)
	f.Add([]byte("%PDF-1.7\n1 0 obj\n/EmbeddedFile stream\nx\nendstream startxref\n%%EOF\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := documents.OpenPaper(data)
		if err != nil && !errors.Is(err, documents.ErrNotPaper) {
			t.Fatal(err)
		}
		if err == nil {
			_ = p.States(english())
		}
	})
}
