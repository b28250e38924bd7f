package httpapi

import (
	"context"
	"net/http"
	"reflect"
	"regexp"
	"strings"

	"loanledger/domain/borrower"
	"loanledger/domain/date"
	"loanledger/eventstore/tree"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

var certificateType = reflect.TypeFor[certificateReading]()

type certificateInput struct {
	Number string `path:"number" doc:"the number on the certificate" example:"SC-7K3M-9QFD-X2A0"`
}

// certificateReading is a certificate as anyone may check it. What tells of the borrower is added for
// those who may know.
type certificateReading struct {
	Certificate string            `json:"certificate" doc:"its number"`
	Lender      string            `json:"lender"`
	LenderName  string            `json:"lender_name"`
	On          date.Date         `json:"on" doc:"nothing was owed on that date"`
	Loans       []repaidAgreement `json:"loans" doc:"the agreements that are repaid in full"`

	Proof tree.Proof `json:"proof" doc:"that the log says so; verifies offline: loanledger verify --certificate"`

	Borrower uuid.UUID              `json:"borrower_id,omitzero" doc:"for services and operators of the lender"`
	Settled  []borrower.SettledLoan `json:"settled_loans,omitempty" doc:"for services and operators of the lender"`
	Person   *borrower.Person       `json:"person,omitempty" doc:"for services and operators of the lender; left out when the person has been erased"`
}

type repaidAgreement struct {
	Number       string    `json:"number"`
	ContractDate date.Date `json:"contract_date"`
	SettledOn    date.Date `json:"settled_on"`
}

// certificateOutput is JSON, or a PDF.
type certificateOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        any
}

var certificateNumber = regexp.MustCompile(`^[A-Z]{2,4}(-[0-9A-Z]{4}){3}$`)

func (a *API) registerCertificates() {
	op := register(a, route{
		method: http.MethodGet, path: "/v1/certificates/{number}", id: "certificate.read", tag: tagBorrowers,
		summary: "Check a no-debt certificate",
		about:   "Anyone may, without a token; the answer then has no personal data. Services and operators of the lender are told whose it is.",
	}, a.readCertificate)
	schema := a.huma.OpenAPI().Components.Schemas.Schema(certificateType, true, "")
	op.Responses["200"].Content = map[string]*huma.MediaType{"application/json": {Schema: schema}}
	op.Responses["200"].Headers = nil
	op.Security = []map[string][]string{{}, {"bearer": {}}} // with a token, or without
	pdf := *op
	pdf.Path, pdf.OperationID, pdf.Summary = op.Path+".pdf", "certificate.pdf", "Get a no-debt certificate as PDF"
	pdf.Description = "Without a token the borrower's name is masked."
	pdf.Responses = map[string]*huma.Response{"200": {Description: "OK"}, "default": op.Responses["default"]}
	documentAnswer(&pdf, "application/pdf", &huma.Schema{Type: "string", Format: "binary"})
	a.huma.OpenAPI().AddOperation(&pdf)
	a.operations = append(a.operations, &pdf)
}

func (a *API) readCertificate(ctx context.Context, c Caller, in *certificateInput) (*certificateOutput, error) {
	number, pdf := strings.CutSuffix(in.Number, ".pdf")
	number = strings.ToUpper(number)
	if !certificateNumber.MatchString(number) {
		return nil, ErrNoCertificate
	}
	cleared, err := a.Certificates.Certificate(ctx, number)
	if err != nil {
		return nil, err
	}
	named := knowsPeople(c) && c.May(cleared.Lender)
	if pdf {
		drawn, err := a.Certificates.RenderCertificate(ctx, number, named)
		return &certificateOutput{"application/pdf", `inline; filename="` + number + `.pdf"`, drawn}, err
	}
	body, err := a.describeCertificate(ctx, c, cleared, named)
	return &certificateOutput{ContentType: "application/json", Body: body}, err
}

func (a *API) describeCertificate(ctx context.Context, c Caller, d borrower.DebtCleared, named bool) (*certificateReading, error) {
	b, err := a.Books.Book(ctx, d.Lender)
	if err != nil {
		return nil, err
	}
	r := &certificateReading{Certificate: d.Certificate, Lender: d.Lender, LenderName: b.Lender.LegalName, On: d.On}
	for _, l := range d.Loans {
		r.Loans = append(r.Loans, repaidAgreement{l.Number, l.ContractDate, l.SettledOn})
	}
	if r.Proof, err = a.Certificates.ProveCertificate(ctx, d.Certificate); err != nil {
		return nil, err
	}
	if named {
		person, _, err := a.personFor(ctx, c, d.Borrower)
		if err != nil {
			return nil, err
		}
		r.Borrower, r.Settled, r.Person = d.Borrower, d.Loans, person
	}
	return r, nil
}
