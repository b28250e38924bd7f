package documents

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"loanledger/domain/date"
	"loanledger/domain/money"
)

// ErrVerificationURL is returned for a verification address that is not an absolute web address.
var ErrVerificationURL = errors.New("documents: the verification address is not a web address")

// CertificateData is what a no-debt certificate states. The borrower's name is printed as given: who
// calls may mask it. A zero RevokedOn is a certificate that is valid.
type CertificateData struct {
	Language  Language
	Lender    Lender
	Number    string
	IssuedOn  date.Date
	Borrower  string
	Contracts []SettledContract
	RevokedOn date.Date
	// VerificationURL is where anyone can check the certificate; it is printed and is in the QR code.
	VerificationURL string
	// LogPosition is the position of the certificate's event in the lender's log.
	LogPosition int64
	// Checkpoint is the signed head of the log that covers the position, where there is one yet.
	Checkpoint *Checkpoint
	// Proof is the proof that the certificate's event is in the log, as a file to attach; nil attaches
	// none.
	Proof []byte
	// Signatory is who signs on paper, where the lender signs on paper.
	Signatory *Signatory
}

// Signatory is a person who signs for the lender, and the position held.
type Signatory struct {
	Position string
	Name     string
}

// SettledContract is one loan agreement that is fully repaid.
type SettledContract struct {
	Number    string
	SignedOn  date.Date
	Principal money.Amount
	SettledOn date.Date
}

// Checkpoint is the head of a log's tree: the log's name, how many entries it has, and the hash over
// them in base64.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   string
}

type certificateWords struct {
	Title             string `json:"title"`
	Heading           string `json:"heading"`
	Number            string `json:"number"`
	Valid             string `json:"valid"`
	Revoked           string `json:"revoked"`
	RevokedMark       string `json:"revoked_mark"`
	Borrower          string `json:"borrower"`
	Statement         string `json:"statement"`
	RevokedStatement  string `json:"revoked_statement"`
	Contracts         string `json:"contracts"`
	ContractNumber    string `json:"contract_number"`
	ContractDate      string `json:"contract_date"`
	ContractPrincipal string `json:"contract_principal"`
	ContractSettled   string `json:"contract_settled"`
	Debt              string `json:"debt"`
	Principal         string `json:"principal"`
	Interest          string `json:"interest"`
	Fees              string `json:"fees"`
	Penalty           string `json:"penalty"`
	Total             string `json:"total"`
	Verify            string `json:"verify"`
	VerifyHow         string `json:"verify_how"`
	LogPosition       string `json:"log_position"`
	Checkpoint        string `json:"checkpoint"`
	CheckpointSize    string `json:"checkpoint_size"`
	CheckpointRoot    string `json:"checkpoint_root"`
}

// Certificate draws a no-debt certificate as PDF, the same bytes for the same data.
//
// Errors: ErrLanguage, ErrIncomplete (with the field), ErrVerificationURL, ErrUnprintable.
func Certificate(c CertificateData) ([]byte, error) {
	w, err := wordsIn(c.Language)
	if err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	heading := fill(w.Certificate.Heading, "number", c.Number)
	p := properties{title: heading, footer: heading, issued: c.IssuedOn, proof: c.Proof}
	return draw(w, c.Lender, p, func(s *sheet) error { return drawCertificate(s, c) })
}

// check refuses a certificate that would leave something out, or could not be printed.
func (c CertificateData) check() error {
	required := []string{
		"lender brand", c.Lender.Brand, "lender legal name", c.Lender.LegalName,
		"lender registration", c.Lender.Registration, "lender address", c.Lender.Address,
		"number", c.Number, "borrower", c.Borrower,
	}
	for n, k := range c.Contracts {
		required = append(required, fmt.Sprintf("number of contract %d", n+1), k.Number)
		if k.SignedOn.IsZero() || k.SettledOn.IsZero() || k.Principal.Currency() == 0 {
			return fmt.Errorf("%w: dates or currency of contract %d", ErrIncomplete, n+1)
		}
	}
	if c.Checkpoint != nil {
		required = append(required, "checkpoint origin", c.Checkpoint.Origin, "checkpoint root", c.Checkpoint.Root)
	}
	if c.Signatory != nil {
		required = append(required, "position of signatory", c.Signatory.Position, "name of signatory", c.Signatory.Name)
	}
	for n := 0; n < len(required); n += 2 {
		if strings.TrimSpace(required[n+1]) == "" {
			return fmt.Errorf("%w: %s", ErrIncomplete, required[n])
		}
	}
	if c.IssuedOn.IsZero() || len(c.Contracts) == 0 || c.LogPosition <= 0 {
		return fmt.Errorf("%w: issue date, contracts or log position", ErrIncomplete)
	}
	address, err := url.Parse(c.VerificationURL)
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		return ErrVerificationURL
	}
	return checkPrintable(append(required, "verification address", c.VerificationURL)...)
}
