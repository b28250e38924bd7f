package httpapi_test

import (
	"encoding/json"
	"testing"
)

// person is a borrower with a document of their own.
func person(document string) string {
	return `{"full_name":"Анна Иванова","birth_date":"1990-05-17","document_number":"` + document + `","phone":"+79161234567"}`
}

// applyFor is an application to a sample lender.
func applyFor(lender, amount string, days, document string) string {
	return `{"lender":"` + lender + `","product":"` + productOf[lender] + `","principal":"` + amount + `","term_days":` + days + `,"borrower":` + person(document) + `}`
}

var productOf = map[string]string{"smartcash": "payday", "cashper": "minicredit"}

// paidOut is a loan that has been paid out, and its borrower.
func (h *house) paidOut(lender, amount, days, document string) (loan, borrower string) {
	h.t.Helper()
	applied := h.post("service", "/v1/loans", applyFor(lender, amount, days, document)).want(201)
	loan, borrower = applied.str("loan_id"), applied.str("borrower_id")
	h.post("service", "/v1/loans/"+loan+"/approval", "").want(200)
	h.post("service", "/v1/loans/"+loan+"/signature", `{"code":"`+h.code(loan)+`"}`).want(200)
	h.post("service", "/v1/loans/"+loan+"/disbursement", `{}`).want(200).has("status", "active")
	return loan, borrower
}

func TestLifeOfARussianLoan(t *testing.T) {
	h := newHouse(t)
	h.post("service", "/v1/quotes", `{"lender":"smartcash","product":"payday","principal":"10000.00","term_days":15}`).want(200).
		has("cost", "1200.00", "total", "11200.00", "due_date", "2026-01-30", "psk", "292.000", "product_version", "1")
	applied := h.post("service", "/v1/loans", applyFor("smartcash", "10000.00", "15", "4510 123456")).want(201).
		has("status", "applied", "principal", "10000.00", "currency", "RUB", "version", "1")
	id := applied.str("loan_id")
	if got := applied.header.Get("Location"); got != "/v1/loans/"+id {
		t.Errorf("the location is %s", got)
	}
	path := "/v1/loans/" + id
	h.post("operator", path+"/approval", "").want(200).has("status", "approved", "offer_until", "2026-01-20")
	h.post("service", path+"/signature", `{"code":"000000"}`).refused(409, "signature_code_wrong")
	h.post("service", path+"/signature", `{"code":"`+h.code(id)+`"}`).want(200).has("status", "signed")
	h.post("service", path+"/disbursement", `{"ref":"out-1"}`).want(200).
		has("status", "active", "due_date", "2026-01-30", "transaction.type", "disbursement", "transaction.ref", "out-1", "balances.total", "10000.00")

	h.advance("smartcash", 15)
	h.get("service", path).want(200).has("as_of", "2026-01-30", "balances.interest", "1200.00", "balances.total", "11200.00", "days_past_due", "0")
	h.get("service", path+"/payoff?on=2026-02-04").want(200).has("amount", "11627.40", "principal", "10000.00", "penalty", "27.40")
	h.post("service", path+"/prolongations", `{"days":10}`).refused(409, "prolongation_payment_required")
	h.post("service", path+"/prolongations", `{"days":10,"payment":"1200.00"}`).want(200).has("due_date", "2026-02-09", "balances.total", "10000.00")

	h.advance("smartcash", 10)
	h.get("service", path).want(200).has("balances.total", "10800.00")
	closed := h.post("service", path+"/repayments", `{"amount":"10800.00","ref":"in-1"}`).want(200).
		has("status", "closed", "balances.total", "0.00", "transaction.amount", "10800.00", "transaction.interest", "800.00")
	h.get("auditor", path+"?min_position="+closed.str("position")).want(200).has("status", "closed", "version", closed.str("version"))
	h.get("auditor", path+"?as_of=2026-01-25").want(200).has("status", "active", "balances.total", "10800.00")
	h.get("auditor", path+"/transactions").want(200).has("transactions.3.amount", "10800.00", "transactions.3.ref", "in-1")
	h.get("auditor", path+"/schedule").want(200).has("schedule.0.paid", "12000.00", "schedule.0.outstanding", "0.00")
	h.get("auditor", path+"/events").want(200).has("events.0.type", "loan.applied", "events.0.position", applied.str("position"))
	h.post("service", path+"/repayments", `{"amount":"1.00"}`).refused(409, "loan_closed")

	who := applied.str("borrower_id")
	h.get("service", "/v1/borrowers/"+who+"/debt").want(200).has("debt_free", "true", "total", "0.00")
	issued := h.post("service", "/v1/borrowers/"+who+"/no-debt-certificates", "").want(201).has("borrower_id", who, "loans.0.loan_id", id)
	number := issued.str("certificate")
	h.get("", "/v1/certificates/"+number).want(200).has("certificate", number, "lender", "smartcash", "loans.0.number", applied.str("number"))
	pdf := h.get("", "/v1/certificates/"+number+".pdf").want(200)
	if pdf.header.Get("Content-Type") != "application/pdf" || string(pdf.body) != "%PDF-1.7 "+number+" named=false" {
		t.Errorf("not the PDF: %s %s", pdf.header, pdf.body)
	}
}

func TestLifeOfASpanishLoan(t *testing.T) {
	h := newHouse(t)
	h.post("service", "/v1/quotes", `{"lender":"cashper","product":"minicredit","principal":"300.00","term_days":30}`).want(200).
		has("cost", "105.00", "total", "405.00", "currency", "EUR")
	id, who := h.paidOut("cashper", "300.00", "30", "12345678Z")
	path := "/v1/loans/" + id
	h.advance("cashper", 10)
	h.get("service", path).want(200).has("balances.principal", "300.00", "balances.interest", "35.00")
	h.post("service", path+"/repayments", `{"amount":"100.00","currency":"EUR"}`).want(200).has("transaction.interest", "35.00", "transaction.principal", "65.00")
	h.advance("cashper", 25)
	h.get("service", path).want(200).has("days_past_due", "5", "balances.penalty", "11.75")
	total := h.get("service", path+"/payoff").want(200).str("amount")
	h.post("service", path+"/repayments", `{"amount":"`+total+`"}`).want(200).has("status", "closed", "balances.total", "0.00")
	h.post("service", "/v1/borrowers/"+who+"/no-debt-certificates", `{}`).want(201)
}

func TestEveryJournalBalances(t *testing.T) {
	h := newHouse(t)
	id, _ := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	h.advance("smartcash", 20)
	h.post("service", "/v1/loans/"+id+"/repayments", `{"amount":"3000.00"}`).want(200)
	h.advance("smartcash", 3)
	answer := h.get("auditor", "/v1/loans/"+id+"/journal").want(200)
	var got struct {
		Journal []struct {
			Ref           string
			Debit, Credit string
		}
	}
	must(t, json.Unmarshal(answer.body, &got))
	sums := map[string]int{}
	for _, line := range got.Journal {
		sums[line.Ref] += cents(t, line.Debit) - cents(t, line.Credit)
	}
	if len(sums) != 23 { // every day from the 16th to the 6th but the repayment's, the payout, and the repayment
		t.Errorf("%d entries: %s", len(sums), answer.body)
	}
	for ref, sum := range sums {
		if sum != 0 {
			t.Errorf("the entry %s is off by %d", ref, sum)
		}
	}
}
