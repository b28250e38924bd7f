package httpapi

// example is how an operation is used in the documentation.
type example struct {
	query string
	body  string
}

// examples is by operation; one that is not here needs neither a query nor a body. Tests decode every
// body that stands here.
var examples = map[string]example{
	"loan.quote": {body: `{
  "lender": "smartcash", "product": "payday",
  "principal": "10000.00", "term_days": 15
}`},
	"loan.apply": {body: `{
  "lender": "smartcash", "product": "payday",
  "principal": "10000.00", "term_days": 15,
  "borrower": {
    "full_name": "Anna Ivanova",
    "birth_date": "1990-05-17",
    "document_number": "4510 123456",
    "phone": "+79161234567"
  }
}`},
	"loan.reject":       {body: `{"reason": "The income could not be confirmed."}`},
	"loan.cancel":       {body: `{"reason": "The borrower does not need it any more."}`},
	"loan.sign":         {body: `{"code": "482913"}`},
	"loan.disburse":     {body: `{"ref": "payout-7718"}`},
	"loan.repay":        {body: `{"amount": "2500.00", "currency": "RUB", "ref": "payment-1042"}`},
	"loan.prolong":      {body: `{"days": 10, "payment": "1200.00"}`},
	"loan.read":         {query: "?as_of=2026-01-20"},
	"loan.schedule":     {query: "?as_of=2026-01-20"},
	"loan.transactions": {query: "?as_known_at=2026-01-20T12:00:00Z"},
	"loan.payoff":       {query: "?on=2026-01-30"},
	"log.events":        {query: "?lender=smartcash&after=0&limit=100&wait=30"},
	"log.checkpoint":    {query: "?lender=smartcash"},
	"log.proof":         {query: "?lender=smartcash&position=42"},
	"log.consistency":   {query: "?lender=smartcash&from=10"},
	"book.close_day":    {body: `{"date": "2026-01-15"}`},
	"command.many":      {body: `{"command": "loan.repay", "loan_id": "0001bf32-6f0b-81d5-bc45-be2b1f9d15d4", "idempotency_key": "payment-1042", "body": {"amount": "2500.00"}}`},
	"book.publish_product": {body: `{
  "code": "payday", "name": "Payday loan",
  "min_principal": "1000.00", "max_principal": "30000.00", "min_term_days": 5, "max_term_days": 30,
  "terms": {
    "currency": "RUB",
    "interest": {"method": "declining", "rate": "0.8", "per": "day"},
    "penalty": {"base": "overdue_principal", "percent": "20", "per": "year"},
    "prolongation": {"requires": "accrued_interest", "max_count": 5, "max_days": 30},
    "allocation": {"by_law": "RU"}, "cost_cap": {"by_law": "RU"}, "signature": "code"
  }
}`},
}
