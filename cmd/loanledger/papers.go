package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"loanledger/adapters/desk"
	"loanledger/adapters/documents"
	"loanledger/adapters/httpapi"
	"loanledger/adapters/vault"
	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/money"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/eventstore/tree"
	"loanledger/projections"

	"github.com/google/uuid"
)

// papers finds and draws the papers of borrowers.
type papers struct {
	app       *app
	notary    *pgstore.Notary
	caughtUp  func(context.Context) error // waits until the tables know every event of now
	publicURL string
}

// catchUpFor is how long a certificate is waited for that the tables do not know yet.
const catchUpFor = 5 * time.Second

// Certificate finds a certificate by its number. The tables say where it stands; the log says what
// it states. Errors: httpapi.ErrNoCertificate.
func (p *papers) Certificate(ctx context.Context, number string) (borrower.DebtCleared, error) {
	cleared, _, err := p.find(ctx, number)
	return cleared, err
}

func (p *papers) find(ctx context.Context, number string) (borrower.DebtCleared, projections.Certificate, error) {
	at, err := projections.CertificateByNumber(ctx, p.app.pool, number)
	if errors.Is(err, projections.ErrNoCertificate) {
		waiting, cancel := context.WithTimeout(ctx, catchUpFor)
		defer cancel()
		if p.caughtUp(waiting) == nil {
			at, err = projections.CertificateByNumber(ctx, p.app.pool, number)
		}
	}
	if errors.Is(err, projections.ErrNoCertificate) {
		return borrower.DebtCleared{}, at, httpapi.ErrNoCertificate
	}
	if err != nil {
		return borrower.DebtCleared{}, at, err
	}
	state, _, err := p.app.desk.Borrower(ctx, at.Borrower)
	if err != nil {
		return borrower.DebtCleared{}, at, err
	}
	for _, c := range state.Certificates {
		if c.Certificate == number {
			return c, at, nil
		}
	}
	return borrower.DebtCleared{}, at, errors.New("the tables name a certificate that the log does not have")
}

// RenderCertificate draws a certificate as PDF. The borrower's name is masked unless named.
func (p *papers) RenderCertificate(ctx context.Context, number string, named bool) ([]byte, error) {
	cleared, at, err := p.find(ctx, number)
	if err != nil {
		return nil, err
	}
	state, err := p.app.desk.Book(ctx, cleared.Lender)
	if err != nil {
		return nil, err
	}
	name, err := p.nameOf(ctx, cleared.Borrower, named)
	if err != nil {
		return nil, err
	}
	proof, err := p.prove(ctx, at)
	if err != nil {
		return nil, err
	}
	paper := documents.CertificateData{
		Language: documents.Language(state.Lender.Language), Lender: letterhead(state.Lender),
		Number: cleared.Certificate, IssuedOn: cleared.On, Borrower: name,
		VerificationURL: p.publicURL + "/v1/certificates/" + cleared.Certificate, LogPosition: int64(at.Position),
	}
	paper.Contracts = settledContracts(cleared)
	if err := attach(&paper, proof); err != nil {
		return nil, err
	}
	return documents.Certificate(paper)
}

// settledContracts is the loans of a certificate as papers list them.
func settledContracts(cleared borrower.DebtCleared) (contracts []documents.SettledContract) {
	for _, l := range cleared.Loans {
		contracts = append(contracts, documents.SettledContract{
			Number: l.Number, SignedOn: l.ContractDate, Principal: money.New(l.Principal.Minor(), l.Currency), SettledOn: l.SettledOn,
		})
	}
	return contracts
}

// proveFor is how long a certificate waits for the checkpoint over it.
const proveFor = 5 * time.Second

// ProveCertificate is the proof that the event of a certificate is in the log, and what that event
// says. It is under the first checkpoint that was stored over the event, and so stays the same.
// Errors: httpapi.ErrNoCertificate, httpapi.ErrPending.
func (p *papers) ProveCertificate(ctx context.Context, number string) (tree.Proof, error) {
	_, at, err := p.find(ctx, number)
	if err != nil {
		return tree.Proof{}, err
	}
	return p.prove(ctx, at)
}

func (p *papers) prove(ctx context.Context, at projections.Certificate) (tree.Proof, error) {
	waiting, cancel := context.WithTimeout(ctx, proveFor)
	defer cancel()
	proof, data, err := p.notary.Prove(waiting, eventstore.Book(at.Book), at.Position, 0)
	if errors.Is(err, tree.ErrUncovered) {
		err = httpapi.ErrPending
	}
	proof.Data = data
	return proof, err
}

// attach puts a proof and its checkpoint on a certificate.
func attach(paper *documents.CertificateData, proof tree.Proof) error {
	head, err := tree.ReadCheckpoint(proof.Checkpoint)
	if err != nil {
		return err
	}
	paper.Checkpoint = &documents.Checkpoint{Origin: head.Origin, Size: head.Size, Root: head.Root.String()}
	paper.Proof, err = json.Marshal(proof)
	return err
}

// nameOf is the borrower's name, in full or with the first letter of each word only. Of a person who
// was erased nothing is left.
func (p *papers) nameOf(ctx context.Context, id uuid.UUID, named bool) (string, error) {
	person, there, err := personOf(p.app.desk)(ctx, id)
	switch {
	case err != nil:
		return "", err
	case !there:
		return "***", nil
	case named:
		return person.FullName, nil
	}
	var masked []string
	for word := range strings.FieldsSeq(person.FullName) {
		first, _ := utf8.DecodeRuneInString(word)
		masked = append(masked, string(first)+"***")
	}
	return strings.Join(masked, " "), nil
}

// personOf reads who a borrower is; false when the person was erased.
func personOf(d *desk.Desk) httpapi.Person {
	return func(ctx context.Context, id uuid.UUID) (borrower.Person, bool, error) {
		person, err := d.Person(ctx, id)
		if errors.Is(err, vault.ErrErased) {
			return person, false, nil
		}
		return person, err == nil, err
	}
}

// letterhead is a lender as papers show it.
func letterhead(l book.Lender) documents.Lender {
	var c documents.Colour
	if _, err := fmt.Sscanf(l.Colour, "#%02x%02x%02x", &c.R, &c.G, &c.B); err != nil {
		c = documents.Colour{} // black, of a lender that names none
	}
	return documents.Lender{Brand: l.Name, LegalName: l.LegalName, Registration: l.Registration, Address: l.Address, Colour: c}
}
