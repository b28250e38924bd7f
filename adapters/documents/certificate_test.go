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

var samples = map[string]func() documents.CertificateData{
	"russian": russian, "spanish": spanish, "english": english, "crowded": crowded, "revoked": revoked, "signed": signed,
}

func certificate(t *testing.T, c documents.CertificateData) []byte {
	t.Helper()
	pdf, err := documents.Certificate(c)
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

// TestSameBytes draws every sample several times: neither the clock nor the order of maps shows.
func TestSameBytes(t *testing.T) {
	for name, sample := range samples {
		first := certificate(t, sample())
		for range 8 {
			if !bytes.Equal(first, certificate(t, sample())) {
				t.Fatalf("%s: another drawing has other bytes", name)
			}
		}
	}
	other := russian()
	other.LogPosition++
	if bytes.Equal(certificate(t, russian()), certificate(t, other)) {
		t.Error("other data has the same bytes")
	}
}

// TestWhatItStates looks for every statement as text that can be selected.
func TestWhatItStates(t *testing.T) {
	for _, c := range []struct {
		name string
		data documents.CertificateData
		want []string
	}{
		{"russian", russian(), []string{
			"Справка об отсутствии задолженности", "№ SC-2025-000184 от 12 мая 2025 г.", "Действительна", "Иванова Мария Петровна",
			"ООО МКК «Смарт Кэш»", "101000, г. Москва, ул. Примерная, д. 1, офис 10", "СК-24-118273", "1 ноября 2024 г.", "30 января 2025 г.",
			"30 000,00 ₽", "11 200,50 ₽", "Задолженность на 12 мая 2025 г.", "Основной долг", "Проценты", "Комиссии", "Неустойка",
			"https://lk.smartcash.example/certificates/SC-2025-000184", "182734", "Страница 1 из 1",
		}},
		{"spanish", spanish(), []string{
			"Certificado de deuda cero", "N.º CA-2025-000017, de 4 de marzo de 2025", "Vigente", "Núñez Güell, José Ángel",
			"15 de enero de 2025", "14 de febrero de 2025", "600,00 €", "Capital", "Intereses", "Comisiones", "Penalización",
			"Página 1 de 1", "9042", "9100", "cashper.example/log", "qH3V0Jkm2mB1sV0jW6mHhQm6m9tq2c1o3N3o7mZx0aA=",
		}},
		{"english", english(), []string{
			"No-debt certificate", "No. CA-2025-000017, 4 March 2025", "Valid", "15 January 2025", "€600.00", "Page 1 of 1",
		}},
		{"signed", signed(), []string{"Руководитель отдела", "сопровождения займов", "П. П. Образцов"}},
	} {
		text := textOf(t, certificate(t, c.data))
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: does not say %q", c.name, want)
			}
		}
	}
}

// TestZeroDebt: principal, interest, fees, penalty and their total are stated as nothing, once for
// each currency.
func TestZeroDebt(t *testing.T) {
	for _, c := range []struct {
		data    documents.CertificateData
		nothing string
	}{
		{russian(), "0,00 ₽"}, {spanish(), "0,00 €"}, {english(), "€0.00"}, {crowded(), "0,00 ₽"}, {crowded(), "0,00 €"},
	} {
		lines := strings.Split(textOf(t, certificate(t, c.data)), "\n")
		count := 0
		for _, line := range lines {
			if line == c.nothing {
				count++
			}
		}
		if count != 5 {
			t.Errorf("%q is stated %d times, want 5", c.nothing, count)
		}
	}
}

// TestRevoked: a revoked certificate says so and certifies nothing.
func TestRevoked(t *testing.T) {
	text := textOf(t, certificate(t, revoked()))
	for _, want := range []string{"Отозвана 3 июня 2025 г.", "ОТОЗВАНА", "Справка отозвана 3 июня 2025 г. и больше не подтверждает"} {
		if !strings.Contains(text, want) {
			t.Errorf("does not say %q", want)
		}
	}
	for _, unwanted := range []string{"Действительна", "Настоящим"} {
		if strings.Contains(text, unwanted) {
			t.Errorf("still says %q", unwanted)
		}
	}
}

// TestCrowded: nothing is lost when names are longer than a line and contracts fill pages.
func TestCrowded(t *testing.T) {
	c := crowded()
	pdf := certificate(t, c)
	text := textOf(t, pdf)
	run := strings.Join(strings.Fields(text), "")
	for _, want := range []string{c.Borrower, c.Lender.LegalName, c.Number, c.VerificationURL, c.Contracts[2].Number} {
		if !strings.Contains(run, strings.Join(strings.Fields(want), "")) {
			t.Errorf("%q is not there in full", want)
		}
	}
	if got := strings.Count(text, "СК-24-118273"); got < len(c.Contracts)/2-1 {
		t.Errorf("%d contracts are listed of %d", got, len(c.Contracts)/2)
	}
	for _, page := range []string{"Страница 1 из 3", "Страница 2 из 3", "Страница 3 из 3"} {
		if !strings.Contains(text, page) {
			t.Errorf("no %q", page)
		}
	}
	if got := strings.Count(text, "Номер договора"); got != 2 {
		t.Errorf("the table has its heading %d times, want one on each of its 2 pages", got)
	}
}

// TestProperties: language, title and dates are set from the data, and no personal data is there.
func TestProperties(t *testing.T) {
	c := russian()
	properties := propertiesOf(certificate(t, c))
	for _, want := range [][]byte{
		[]byte("/Lang (ru)"), []byte("/URI (" + c.VerificationURL + ")"), []byte("20250512000000"),
		inUTF16("Справка об отсутствии задолженности №\u00a0SC-2025-000184"),
	} {
		if !bytes.Contains(properties, want) {
			t.Errorf("the properties lack %q", want)
		}
	}
	for _, name := range strings.Fields(c.Borrower) {
		if bytes.Contains(properties, []byte(name)) || bytes.Contains(properties, inUTF16(name)) {
			t.Error("the borrower's name is outside of the page")
		}
	}
}

// TestRefused names the error of each certificate that cannot be drawn; none repeats a name.
func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*documents.CertificateData)
		want   error
	}{
		{"language", func(c *documents.CertificateData) { c.Language = "de" }, documents.ErrLanguage},
		{"no borrower", func(c *documents.CertificateData) { c.Borrower = " " }, documents.ErrIncomplete},
		{"no number", func(c *documents.CertificateData) { c.Number = "" }, documents.ErrIncomplete},
		{"no lender", func(c *documents.CertificateData) { c.Lender.LegalName = "" }, documents.ErrIncomplete},
		{"no date", func(c *documents.CertificateData) { c.IssuedOn = date.Date{} }, documents.ErrIncomplete},
		{"no contracts", func(c *documents.CertificateData) { c.Contracts = nil }, documents.ErrIncomplete},
		{"no settlement", func(c *documents.CertificateData) { c.Contracts[1].SettledOn = date.Date{} }, documents.ErrIncomplete},
		{"no currency", func(c *documents.CertificateData) { c.Contracts[0].Principal = money.Amount{} }, documents.ErrIncomplete},
		{"no position", func(c *documents.CertificateData) { c.LogPosition = 0 }, documents.ErrIncomplete},
		{"half a checkpoint", func(c *documents.CertificateData) { c.Checkpoint = &documents.Checkpoint{Origin: "o"} }, documents.ErrIncomplete},
		{"half a signatory", func(c *documents.CertificateData) { c.Signatory = &documents.Signatory{Name: "n"} }, documents.ErrIncomplete},
		{"no address", func(c *documents.CertificateData) { c.VerificationURL = "" }, documents.ErrVerificationURL},
		{"not a web address", func(c *documents.CertificateData) { c.VerificationURL = "javascript:alert(1)" }, documents.ErrVerificationURL},
		{"address too long for a code", func(c *documents.CertificateData) { c.VerificationURL += strings.Repeat("x", 3000) }, documents.ErrIncomplete},
		{"characters without a glyph", func(c *documents.CertificateData) { c.Borrower = "李雷" }, documents.ErrUnprintable},
		{"an emoji", func(c *documents.CertificateData) { c.Borrower += "😀" }, documents.ErrUnprintable},
		{"a control character", func(c *documents.CertificateData) { c.Borrower += "\n" }, documents.ErrUnprintable},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := russian()
			c.change(&data)
			pdf, err := documents.Certificate(data)
			if !errors.Is(err, c.want) || pdf != nil {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			for _, name := range strings.Fields(data.Borrower) {
				if strings.Contains(err.Error(), name) {
					t.Errorf("the error repeats the borrower's name: %v", err)
				}
			}
		})
	}
}

func BenchmarkCertificate(b *testing.B) {
	for b.Loop() {
		if _, err := documents.Certificate(russian()); err != nil {
			b.Fatal(err)
		}
	}
}
