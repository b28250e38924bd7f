package ledger_test

import (
	"encoding/json"
	"fmt"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"loanledger/domain/date"
	"loanledger/domain/money"
	"loanledger/domain/product"
)

// drawRate draws a percentage with up to three decimals, below most.
func drawRate(r *rapid.T, name string, most int64) decimal.Decimal {
	return decimal.New(int64(roll(r, name, 2000))*most/2, -3)
}

func sometimes(r *rapid.T, name string) bool { return rapid.Bool().Draw(r, name) }

// roll draws one of n numbers from 0, up to 2000, each about as likely. The ranges of rapid prefer small numbers,
// which would make lives in which little happens.
func roll(r *rapid.T, name string, n int) (number int) {
	for _, bit := range rapid.SliceOfN(rapid.Bool(), 11, 11).Draw(r, name) {
		if number *= 2; bit {
			number++
		}
	}
	return number % n
}

func oneOf[T any](r *rapid.T, name string, list ...T) T { return list[roll(r, name, len(list))] }

// drawTerms draws terms of any kind that the engine supports, for a length.
func drawTerms(r *rapid.T, days int) product.Terms {
	t := product.Terms{
		Currency:   oneOf(r, "currency", money.RUB, money.EUR, money.JPY),
		Rounding:   oneOf(r, "rounding", money.HalfUp, money.HalfEven, money.Down),
		Interest:   drawInterest(r, days),
		Prepayment: product.Prepayment{Interest: oneOf(r, "prepayment", "to_date", "full_period")},
		Allocation: drawAllocation(r),
	}
	if sometimes(r, "signed") {
		t.Signature = product.SignedByCode
	}
	for i := range roll(r, "fees", 3) {
		t.Fees = append(t.Fees, drawFee(r, fmt.Sprintf("fee %d", i)))
	}
	if sometimes(r, "has penalty") {
		t.Penalty = &product.Penalty{
			GraceDays: roll(r, "grace", 6), Base: "overdue_principal", Percent: drawRate(r, "penalty", 30),
			Per: oneOf(r, "penalty per", product.PerDay, product.PerYear, product.Once),
		}
		if sometimes(r, "penalty capped") {
			t.Penalty.CapPercentOfPrincipal = drawRate(r, "penalty cap", 50)
		}
	}
	if sometimes(r, "prolongable") {
		t.Prolongation = &product.Prolongation{
			Requires: oneOf(r, "requires", "", product.AccruedInterest, product.ProlongedPrice),
			MaxCount: roll(r, "max count", 4), MaxDays: roll(r, "max days", 41),
		}
		if sometimes(r, "prolongation priced") {
			t.Prolongation.Prices = []product.Price{{Days: 7, Percent: drawRate(r, "price of 7", 20)}, {Days: 14, Percent: drawRate(r, "price of 14", 40)}}
		}
	}
	switch roll(r, "cap", 4) {
	case 0:
		t.CostCap = &product.CostCap{ByLaw: "RU"}
	case 1:
		t.CostCap = &product.CostCap{PercentOfPrincipal: drawRate(r, "cost cap", 60)}
	}
	return checked(r, t)
}

// checked is the terms as they come from a file.
func checked(r *rapid.T, t product.Terms) product.Terms {
	text, err := json.Marshal(t)
	if err != nil {
		r.Fatal(err)
	}
	parsed, err := product.ParseTerms(text)
	if err != nil {
		r.Fatalf("%s: %v", text, err)
	}
	return parsed
}

func drawInterest(r *rapid.T, days int) product.Interest {
	i := product.Interest{
		Method:        oneOf(r, "method", product.Declining, product.Declining, product.FixedFee, product.NoInterest),
		DayCount:      oneOf(r, "day count", date.Actual365, date.ActualActual, date.Actual360, date.Thirty360, date.Months12),
		FirstDay:      oneOf(r, "first day", "excluded", "included"),
		AfterMaturity: oneOf(r, "after maturity", "runs", "stops"),
	}
	switch i.Method {
	case product.Declining:
		i.Per = oneOf(r, "per", product.PerDay, product.PerMonth, product.PerYear)
		i.Rate = drawRate(r, "rate", map[product.Per]int64{product.PerDay: 3, product.PerMonth: 60, product.PerYear: 500}[i.Per])
	case product.FixedFee:
		i.Prices = []product.Price{{Days: days, Percent: drawRate(r, "price", 60)}}
	}
	return i
}

func drawFee(r *rapid.T, name string) product.Fee {
	f := product.Fee{Name: name, ChargedOn: oneOf(r, name+" on", product.OnDisbursement, product.OnProlongation)}
	if sometimes(r, name+" fixed") {
		f.Amount = money.Input(fmt.Sprint(rapid.IntRange(1, 500).Draw(r, name)))
	} else {
		f.PercentOf, f.Percent = "principal", drawRate(r, name, 20).Add(decimal.New(1, -3))
	}
	return f
}

func drawAllocation(r *rapid.T) product.Allocation {
	instalment := []product.Class{"penalty", "fee", "interest", "principal"}
	class := []product.Class{"overdue_interest", "overdue_principal", "interest", "principal", "penalty", "fee"}
	switch roll(r, "allocation", 3) {
	case 0:
		return product.Allocation{By: "instalment", Order: rapid.Permutation(instalment).Draw(r, "order")}
	case 1:
		class[5] = oneOf[product.Class](r, "fees are", "fee", "other")
		return product.Allocation{By: "class", Order: rapid.Permutation(class).Draw(r, "order")}
	}
	return product.Allocation{ByLaw: "RU"}
}
