package httpapi

import (
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// fieldDoc says of a field what its Go type does not.
type fieldDoc struct {
	doc  string
	enum string // values, with commas between them
}

// termsDoc is the fields of a product, by the name of their schema.
var termsDoc = map[string]fieldDoc{
	"Product.code":                     {doc: "lower-case letters, digits and hyphens, at most 32"},
	"Product.name":                     {doc: "as borrowers see it"},
	"Product.sample":                   {doc: "sample terms, not an offer of any real lender"},
	"Product.lengths":                  {doc: "where given, only these terms can be had, in days"},
	"Product.offer_days":               {doc: "an offer lapses so many days after the approval; 5 by default"},
	"Terms.rounding":                   {doc: "how a figure becomes an amount; half_up by default", enum: "half_up,half_even,down"},
	"Terms.schedule":                   {doc: "a plan of several instalments; not supported yet"},
	"Terms.term_days":                  {doc: "left out in a product: the borrower chooses the term"},
	"Terms.prepayment":                 {doc: "what an early repayment costs"},
	"Terms.penalty":                    {doc: "what lateness costs; left out for nothing"},
	"Terms.prolongation":               {doc: "left out where the due date cannot be moved"},
	"Terms.allocation":                 {doc: "the order in which a payment covers the debt"},
	"Terms.cost_cap":                   {doc: "the most that interest, penalties and fees may come to"},
	"Terms.signature":                  {doc: "how the borrower signs before the payout; left out for no signature", enum: "code"},
	"Interest.method":                  {doc: "none, a rate on what is outstanding, or one price for the term", enum: "none,declining,fixed_fee"},
	"Interest.rate":                    {doc: "percent, of declining"},
	"Interest.per":                     {doc: "the time that the rate is for", enum: "day,month,year"},
	"Interest.day_count":               {doc: "actual/365 by default", enum: "actual/365,actual/actual,actual/360,30/360,months/12"},
	"Interest.calculation":             {doc: "daily by default", enum: "daily"},
	"Interest.first_day":               {doc: "whether the day of the payout counts; excluded by default", enum: "excluded,included"},
	"Interest.after_maturity":          {doc: "whether interest goes on after the due date; runs by default", enum: "runs,stops"},
	"Interest.follows":                 {doc: "what is really paid, and when; balance by default", enum: "balance"},
	"Interest.prices":                  {doc: "of fixed_fee, a price for each term that can be had"},
	"Price.percent":                    {doc: "percent of the principal"},
	"Prepayment.interest":              {doc: "to_date by default", enum: "to_date,full_period"},
	"Fee.charged_on":                   {doc: "when it is charged", enum: "disbursement,prolongation"},
	"Fee.amount":                       {doc: "either this or percent"},
	"Fee.percent":                      {doc: "percent of the principal"},
	"Fee.percent_of":                   {enum: "principal"},
	"Penalty.grace_days":               {doc: "days after the due date without a penalty"},
	"Penalty.base":                     {enum: "overdue_principal"},
	"Penalty.percent":                  {doc: "percent of the base"},
	"Penalty.per":                      {doc: "the time that the percent is for, or once", enum: "day,year,once"},
	"Penalty.cap_percent_of_principal": {doc: "the most that it may come to, in percent of the amount paid out"},
	"Prolongation.requires":            {doc: "what has to be paid first; left out for nothing", enum: "accrued_interest,price"},
	"Prolongation.max_count":           {doc: "how often; left out for no limit"},
	"Prolongation.max_days":            {doc: "by how many days at a time; left out for no limit"},
	"Prolongation.prices":              {doc: "where given, only these lengths can be had"},
	"Allocation.by":                    {doc: "whether overdue parts have a place of their own; instalment by default", enum: "instalment,class"},
	"Allocation.order":                 {doc: "overdue_interest, overdue_principal, interest, principal, penalty, fee, other: each at most once"},
	"Allocation.by_law":                {doc: "the country whose order applies, in place of by and order"},
	"CostCap.percent_of_principal":     {doc: "percent of the amount paid out"},
	"CostCap.by_law":                   {doc: "the country whose cap applies, in place of a percent"},
	"Transaction.type":                 {enum: "disbursement,repayment,prolongation"},
	"Transaction.date":                 {doc: "the value date"},
	"Transaction.balance_after":        {doc: "outstanding principal"},
	"Instalment.balance_after":         {doc: "principal that is left after the instalment"},
	"JournalLine.account":              {enum: "clearing,loan_principal,interest_receivable,fees_receivable,penalties_receivable,overpayments,interest_income,fee_income,penalty_income"},
	"JournalLine.ref":                  {doc: "of the transaction, or of the day that was closed"},
	"ChargeView.kind":                  {enum: "fee"},
	"CertificateAnswer.certificate":    {doc: "its number"},
	"CertificateAnswer.on":             {doc: "nothing was owed on that date"},
	"Published.since":                  {doc: "the business date of this version"},
	"LoanAnswer.status":                {doc: "overpaid is closed, with a credit balance of the borrower"},
	"LoanAnswer.balances":              {doc: "what is owed on as_of"},
	"Loan.balances":                    {doc: "what is owed on as_of"},
	"Loan.status":                      {doc: "overpaid is closed, with a credit balance of the borrower"},
}

// optional is the schemas of which fewer fields are needed than their Go types always write.
var optional = map[string][]string{
	"Terms": {"currency", "interest"}, "Interest": {"method"}, "Allocation": nil, "Prepayment": nil,
}

// documentFields adds to the schemas what their types do not say.
func documentFields(schemas map[string]*huma.Schema) {
	for name, needed := range optional {
		schemas[name].Required = needed
	}
	for at, d := range termsDoc {
		name, field, _ := strings.Cut(at, ".")
		s := schemas[name].Properties[field]
		if d.doc != "" {
			s.Description = d.doc
		}
		if d.enum != "" && len(s.Enum) == 0 {
			for value := range strings.SplitSeq(d.enum, ",") {
				s.Enum = append(s.Enum, value)
			}
		}
	}
	person := schemas["Borrower"].Properties["person"]
	schemas["Borrower"].Properties["person"] = &huma.Schema{
		Description: person.Description, AnyOf: []*huma.Schema{{Ref: person.Ref}, {Type: "null"}},
	}
}
