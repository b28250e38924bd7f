package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"loanledger/adapters/documents"
	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/eventstore"
	"loanledger/eventstore/tree"
	"loanledger/projections"

	"github.com/google/uuid"
)

// certificate is a certificate as it is published in JSON, without its proof.
type certificate struct {
	Number   string                 `json:"certificate"`
	Lender   string                 `json:"lender"`
	On       date.Date              `json:"on"`
	Loans    []certifiedLoan        `json:"loans"`
	Borrower uuid.UUID              `json:"borrower_id,omitzero"`
	Settled  []borrower.SettledLoan `json:"settled_loans,omitempty"`
}

type certifiedLoan struct {
	Number       string    `json:"number"`
	ContractDate date.Date `json:"contract_date"`
	SettledOn    date.Date `json:"settled_on"`
}

var errNoProof = hinted{errors.New("the certificate carries no proof"), "get it again from the lender; certificates of earlier versions had none"}

// checkCertificate checks the proof of a certificate, and that the certificate states what the proven
// event says.
func (v *verification) checkCertificate(ctx context.Context, cfg *config, data []byte) error {
	p, compare, err := openCertificate(data)
	if err != nil {
		return fmt.Errorf("%s: %w", v.certificate, err)
	}
	if p.Data == nil {
		return fmt.Errorf("%s: %w", v.certificate, errNoProof)
	}
	held, err := v.hold(ctx, cfg, p)
	if err != nil {
		return err
	}
	cleared, err := clearedIn(held)
	if err != nil {
		return fmt.Errorf("%s: %w", v.certificate, err)
	}
	if err := compare(held, cleared); err != nil {
		return hinted{fmt.Errorf("%s: %w", v.certificate, err), "the proof is good, and the certificate states something else: do not accept it"}
	}
	return v.tell(held, certificateOf(cleared))
}

// compared compares what a certificate states with the event that is proven.
type compared func(p proven, c borrower.DebtCleared) error

// openCertificate finds the proof in a certificate. Errors: errNoProof, documents.ErrNotPaper,
// tree.ErrProofForm.
func openCertificate(data []byte) (tree.Proof, compared, error) {
	if bytes.HasPrefix(data, []byte("%PDF-")) {
		paper, err := documents.OpenPaper(data)
		if err != nil {
			return tree.Proof{}, nil, err
		}
		for _, file := range paper.Attachments {
			p, err := tree.ParseProof(file)
			return p, paperStates(paper), err
		}
		return tree.Proof{}, nil, errNoProof
	}
	var published struct {
		certificate
		Proof json.RawMessage `json:"proof"`
	}
	if err := json.Unmarshal(data, &published); err != nil {
		return tree.Proof{}, nil, fmt.Errorf("neither a PDF nor the JSON of a certificate: %w", err)
	}
	if len(published.Proof) == 0 {
		return tree.Proof{}, nil, errNoProof
	}
	p, err := tree.ParseProof(published.Proof)
	return p, published.states, err
}

// clearedIn is the certificate that the proven event issued.
func clearedIn(p proven) (borrower.DebtCleared, error) {
	f, err := projections.Decode(eventstore.Event{Type: p.Leaf.Type, Schema: p.Leaf.Schema, Data: p.Data})
	if err != nil {
		return borrower.DebtCleared{}, err
	}
	cleared, is := f.(borrower.DebtCleared)
	if !is {
		return cleared, fmt.Errorf("the event that it proves is %s, which issues no certificate", p.Leaf.Type)
	}
	if lender, _, err := tree.ParseOrigin(p.head.Origin); err != nil || lender != cleared.Lender {
		return cleared, fmt.Errorf("the event that it proves is of the lender %s, in the log %s", cleared.Lender, p.head.Origin)
	}
	return cleared, nil
}

// certificateOf is what the event of a certificate says, as JSON publishes it.
func certificateOf(c borrower.DebtCleared) *certificate {
	published := &certificate{Number: c.Certificate, Lender: c.Lender, On: c.On, Borrower: c.Borrower, Settled: c.Loans}
	for _, l := range c.Loans {
		published.Loans = append(published.Loans, certifiedLoan{l.Number, l.ContractDate, l.SettledOn})
	}
	return published
}

// states compares a certificate in JSON. What only some are told is compared where it is there.
func (c certificate) states(_ proven, cleared borrower.DebtCleared) error {
	said := certificateOf(cleared)
	switch {
	case c.Number != said.Number:
		return fmt.Errorf("its number is %s, the event is of %s", c.Number, said.Number)
	case c.Lender != said.Lender:
		return fmt.Errorf("its lender is %s, the event is of %s", c.Lender, said.Lender)
	case c.On != said.On:
		return fmt.Errorf("its date is %s, the event is of %s", c.On, said.On)
	case !slices.Equal(c.Loans, said.Loans):
		return fmt.Errorf("its loans are %v, the event has %v", c.Loans, said.Loans)
	case c.Borrower != uuid.Nil && c.Borrower != said.Borrower:
		return fmt.Errorf("its borrower is %s, the event is of %s", c.Borrower, said.Borrower)
	case c.Settled != nil && !slices.Equal(c.Settled, said.Settled):
		return errors.New("its settled loans are not those of the event")
	}
	return nil
}

// paperStates compares a certificate on paper.
func paperStates(paper documents.Paper) compared {
	return func(p proven, cleared borrower.DebtCleared) error {
		return paper.States(documents.CertificateData{
			Number: cleared.Certificate, IssuedOn: cleared.On, Contracts: settledContracts(cleared), LogPosition: int64(p.Leaf.Position),
			Checkpoint: &documents.Checkpoint{Origin: p.head.Origin, Size: p.head.Size, Root: p.head.Root.String()},
		})
	}
}

// print writes what a certificate states and the log confirms.
func (c *certificate) print(w io.Writer) {
	fmt.Fprintf(w, "ok   the certificate states what the event says: %s of %s, nothing owed on %s\n", c.Number, c.Lender, c.On)
	for _, l := range c.Settled {
		fmt.Fprintf(w, "     contract %s of %s over %s %s, settled on %s\n", l.Number, l.ContractDate, l.Principal, l.Currency, l.SettledOn)
	}
	fmt.Fprintf(w, "     borrower %s; the name on the certificate is not in the log and was not checked\n", c.Borrower)
}
