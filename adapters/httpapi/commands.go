package httpapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"reflect"

	"loanledger/adapters/internal/orders"
	"loanledger/domain/ledger"
	"loanledger/domain/product"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

// commandRoutes is which address gives which command. To add one, name it here: its body, its roles
// and its summary are those of the catalogue.
var commandRoutes = []struct {
	method, path, command, tag, about string
}{
	{http.MethodPost, "/v1/loans", "loan.apply", tagLoans, "The borrower is given as a person, who becomes known to the lender by the identity document, or by borrower_id."},
	{http.MethodPost, "/v1/loans/{id}/approval", "loan.approve", tagLoans, "The offer stands for the number of days that the product says."},
	{http.MethodPost, "/v1/loans/{id}/rejection", "loan.reject", tagLoans, "The borrower is free to apply again."},
	{http.MethodPost, "/v1/loans/{id}/cancellation", "loan.cancel", tagLoans, "By the borrower or by the lender."},
	{http.MethodPost, "/v1/loans/{id}/signature", "loan.sign", tagLoans, "Every wrong code counts; after five the loan has to be applied for again."},
	{http.MethodPost, "/v1/loans/{id}/disbursement", "loan.disburse", tagLoans, "Interest runs from here as the terms say."},
	{http.MethodPost, "/v1/loans/{id}/repayments", "loan.repay", tagLoans, "The payment covers the debt in the order of the terms. The loan closes with the last of it; what is more becomes a credit balance."},
	{http.MethodPost, "/v1/loans/{id}/prolongations", "loan.prolong", tagLoans, "Where the terms ask for a payment first, give exactly that amount, or pay it before."},
	{http.MethodPost, "/v1/borrowers/{id}/no-debt-certificates", "borrower.certify", tagBorrowers, "Only when every loan has been repaid."},
	{http.MethodPut, "/v1/lenders/{code}/products/{product}", "book.publish_product", tagLenders, "The body is the product. Publishing what is on offer already changes nothing; anything else becomes its next version. Loans keep the version they were signed under."},
}

type (
	applyInput  struct{ CommandHeaders }
	targetInput struct {
		CommandHeaders
		ID uuid.UUID `path:"id" doc:"of the loan or the borrower"`
	}
	productInput struct {
		CommandHeaders
		Code    string `path:"code" doc:"the lender's code" example:"smartcash"`
		Product string `path:"product" doc:"the product's code" example:"payday"`
	}
)

// wrapProduct makes the command of a product that came alone. Whether it is JSON is found out first,
// so that nothing in it can end the wrapping.
func wrapProduct(r *http.Request, o *orders.Order) {
	o.Lender = r.PathValue("code")
	if json.Valid(o.Body) {
		o.Body = append(append([]byte(`{"product":`), bytes.TrimSpace(o.Body)...), '}')
	}
	o.Check = func(body any) error {
		if body.(*ledger.PublishProduct).Product.Code != r.PathValue("product") {
			return faultProductCode
		}
		return nil
	}
}

// commandOutput is the answer of a command.
type commandOutput[A any] struct {
	ETag     string `header:"ETag" doc:"the version after the command, for If-Match"`
	Replayed string `header:"Idempotent-Replayed" doc:"true when the command had been carried out before; this is its first result"`
	Location string `header:"Location" doc:"of what was created"`
	Body     *A
}

func (a *API) registerCommands() {
	for _, row := range commandRoutes {
		entry, err := ledger.Lookup(row.command)
		if err != nil {
			panic("httpapi: " + err.Error())
		}
		r := route{
			method: row.method, path: row.path, id: entry.Name, tag: row.tag, summary: entry.Summary,
			about: row.about, status: orders.StatusOf(entry), roles: entry.Roles,
		}
		served := &commandRoute{pattern: row.method + " " + row.path, entry: entry, roles: entry.Roles, status: r.status}
		body := reflect.TypeOf(entry.NewBody()).Elem()
		var op *huma.Operation
		switch {
		case entry.Target == ledger.TargetLoan:
			op = document[targetInput, commandOutput[ledger.LoanAnswer]](a, r)
		case entry.Target == ledger.TargetBorrower:
			op = document[targetInput, commandOutput[ledger.CertificateAnswer]](a, r)
		case entry.Name == "loan.apply":
			op = document[applyInput, commandOutput[ledger.LoanAnswer]](a, r)
		default:
			op, body = document[productInput, commandOutput[ledger.BookAnswer]](a, r), reflect.TypeFor[product.Product]()
			served.address = wrapProduct
		}
		a.documentBody(op, body)
		a.serveCommand(served)
	}
}

// locationOf is the address of what a command created; empty when it created nothing.
func locationOf(answer any, status int) string {
	switch created := answer.(type) {
	case *ledger.LoanAnswer:
		if status == http.StatusCreated {
			return "/v1/loans/" + created.Loan.String()
		}
	case *ledger.CertificateAnswer:
		return "/v1/certificates/" + created.Certificate
	}
	return ""
}
