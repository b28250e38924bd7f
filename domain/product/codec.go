//go:build !codecgen

// Code generated from the types of this package; DO NOT EDIT.

package product

import (
	"strconv"

	"loanledger/domain/date"
	"loanledger/domain/fact/jsontext"
	"loanledger/domain/money"
)

// WriteJSON adds the JSON of v.
func (v *Allocation) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{`)
	if v.By != "" {
		w.Name(`"by":`)
		w.String(v.By)
	}
	if len(v.Order) != 0 {
		w.Name(`"order":`)
		w.Verbatim(`[`)
		for i := range v.Order {
			if i > 0 {
				w.Verbatim(`,`)
			}
			w.String(string(v.Order[i]))
		}
		w.Verbatim(`]`)
	}
	if v.ByLaw != "" {
		w.Name(`"by_law":`)
		w.String(v.ByLaw)
	}
	w.Verbatim(`}`)
}

var allocationNames = jsontext.Names{`"by":`, `"order":`, `"by_law":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Allocation) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: allocationNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.By = r.String()
			if !o.Follows(r, `,"order":`, 1) {
				continue
			}
			fallthrough
		case 1:
			var l jsontext.List
			for l.Next(r) {
				v.Order = append(v.Order, Class(r.String()))
			}
			if l.Empty {
				v.Order = []Class{}
			}
			if !o.Follows(r, `,"by_law":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.ByLaw = r.String()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *CostCap) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{`)
	if !v.PercentOfPrincipal.IsZero() {
		w.Name(`"percent_of_principal":`)
		w.Decimal(v.PercentOfPrincipal)
	}
	if v.ByLaw != "" {
		w.Name(`"by_law":`)
		w.String(v.ByLaw)
	}
	w.Verbatim(`}`)
}

var costCapNames = jsontext.Names{`"percent_of_principal":`, `"by_law":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *CostCap) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: costCapNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.PercentOfPrincipal = r.Decimal()
			if !o.Follows(r, `,"by_law":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.ByLaw = r.String()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Fee) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"name":`)
	w.String(v.Name)
	if v.Kind != "" {
		w.Verbatim(`,"kind":`)
		w.String(v.Kind)
	}
	w.Verbatim(`,"charged_on":`)
	w.String(v.ChargedOn)
	if v.Amount != "" {
		w.Verbatim(`,"amount":`)
		w.String(string(v.Amount))
	}
	if v.PercentOf != "" {
		w.Verbatim(`,"percent_of":`)
		w.String(v.PercentOf)
	}
	if !v.Percent.IsZero() {
		w.Verbatim(`,"percent":`)
		w.Decimal(v.Percent)
	}
	w.Verbatim(`}`)
}

var feeNames = jsontext.Names{`"name":`, `"kind":`, `"charged_on":`, `"amount":`, `"percent_of":`, `"percent":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Fee) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: feeNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Name = r.String()
			if !o.Follows(r, `,"kind":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Kind = r.String()
			if !o.Follows(r, `,"charged_on":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.ChargedOn = r.String()
			if !o.Follows(r, `,"amount":`, 3) {
				continue
			}
			fallthrough
		case 3:
			r.Check(v.Amount.UnmarshalJSON(r.Value()))
			if !o.Follows(r, `,"percent_of":`, 4) {
				continue
			}
			fallthrough
		case 4:
			v.PercentOf = r.String()
			if !o.Follows(r, `,"percent":`, 5) {
				continue
			}
			fallthrough
		case 5:
			v.Percent = r.Decimal()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Interest) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"method":`)
	w.String(string(v.Method))
	if !v.Rate.IsZero() {
		w.Verbatim(`,"rate":`)
		w.Decimal(v.Rate)
	}
	if v.Per != "" {
		w.Verbatim(`,"per":`)
		w.String(string(v.Per))
	}
	if v.DayCount != "" {
		w.Verbatim(`,"day_count":`)
		w.String(string(v.DayCount))
	}
	if v.Calculation != "" {
		w.Verbatim(`,"calculation":`)
		w.String(v.Calculation)
	}
	if v.FirstDay != "" {
		w.Verbatim(`,"first_day":`)
		w.String(v.FirstDay)
	}
	if v.AfterMaturity != "" {
		w.Verbatim(`,"after_maturity":`)
		w.String(v.AfterMaturity)
	}
	if v.Follows != "" {
		w.Verbatim(`,"follows":`)
		w.String(v.Follows)
	}
	if len(v.Prices) != 0 {
		w.Verbatim(`,"prices":`)
		w.Verbatim(`[`)
		for i := range v.Prices {
			if i > 0 {
				w.Verbatim(`,`)
			}
			v.Prices[i].WriteJSON(w)
		}
		w.Verbatim(`]`)
	}
	w.Verbatim(`}`)
}

var interestNames = jsontext.Names{`"method":`, `"rate":`, `"per":`, `"day_count":`, `"calculation":`, `"first_day":`, `"after_maturity":`, `"follows":`, `"prices":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Interest) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: interestNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Method = Method(r.String())
			if !o.Follows(r, `,"rate":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Rate = r.Decimal()
			if !o.Follows(r, `,"per":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.Per = Per(r.String())
			if !o.Follows(r, `,"day_count":`, 3) {
				continue
			}
			fallthrough
		case 3:
			v.DayCount = date.DayCount(r.String())
			if !o.Follows(r, `,"calculation":`, 4) {
				continue
			}
			fallthrough
		case 4:
			v.Calculation = r.String()
			if !o.Follows(r, `,"first_day":`, 5) {
				continue
			}
			fallthrough
		case 5:
			v.FirstDay = r.String()
			if !o.Follows(r, `,"after_maturity":`, 6) {
				continue
			}
			fallthrough
		case 6:
			v.AfterMaturity = r.String()
			if !o.Follows(r, `,"follows":`, 7) {
				continue
			}
			fallthrough
		case 7:
			v.Follows = r.String()
			if !o.Follows(r, `,"prices":`, 8) {
				continue
			}
			fallthrough
		case 8:
			var l jsontext.List
			for l.Next(r) {
				var e Price
				e.ReadJSON(r)
				v.Prices = append(v.Prices, e)
			}
			if l.Empty {
				v.Prices = []Price{}
			}
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Penalty) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{`)
	if v.GraceDays != 0 {
		w.Name(`"grace_days":`)
		w.Int(int64(v.GraceDays))
	}
	w.Name(`"base":`)
	w.String(v.Base)
	w.Verbatim(`,"percent":`)
	w.Decimal(v.Percent)
	w.Verbatim(`,"per":`)
	w.String(string(v.Per))
	if !v.CapPercentOfPrincipal.IsZero() {
		w.Verbatim(`,"cap_percent_of_principal":`)
		w.Decimal(v.CapPercentOfPrincipal)
	}
	w.Verbatim(`}`)
}

var penaltyNames = jsontext.Names{`"grace_days":`, `"base":`, `"percent":`, `"per":`, `"cap_percent_of_principal":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Penalty) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: penaltyNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.GraceDays = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"base":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Base = r.String()
			if !o.Follows(r, `,"percent":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.Percent = r.Decimal()
			if !o.Follows(r, `,"per":`, 3) {
				continue
			}
			fallthrough
		case 3:
			v.Per = Per(r.String())
			if !o.Follows(r, `,"cap_percent_of_principal":`, 4) {
				continue
			}
			fallthrough
		case 4:
			v.CapPercentOfPrincipal = r.Decimal()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Prepayment) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{`)
	if v.Interest != "" {
		w.Name(`"interest":`)
		w.String(v.Interest)
	}
	if v.Effect != "" {
		w.Name(`"effect":`)
		w.String(v.Effect)
	}
	w.Verbatim(`}`)
}

var prepaymentNames = jsontext.Names{`"interest":`, `"effect":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Prepayment) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: prepaymentNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Interest = r.String()
			if !o.Follows(r, `,"effect":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Effect = r.String()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Price) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"days":`)
	w.Int(int64(v.Days))
	w.Verbatim(`,"percent":`)
	w.Decimal(v.Percent)
	w.Verbatim(`}`)
}

var priceNames = jsontext.Names{`"days":`, `"percent":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Price) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: priceNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Days = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"percent":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Percent = r.Decimal()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Product) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"code":`)
	w.String(v.Code)
	w.Verbatim(`,"name":`)
	w.String(v.Name)
	if v.Sample {
		w.Verbatim(`,"sample":`)
		w.Bool(v.Sample)
	}
	w.Verbatim(`,"min_principal":`)
	w.String(string(v.MinPrincipal))
	w.Verbatim(`,"max_principal":`)
	w.String(string(v.MaxPrincipal))
	w.Verbatim(`,"min_term_days":`)
	w.Int(int64(v.MinTermDays))
	w.Verbatim(`,"max_term_days":`)
	w.Int(int64(v.MaxTermDays))
	if len(v.Lengths) != 0 {
		w.Verbatim(`,"lengths":`)
		w.Verbatim(`[`)
		for i := range v.Lengths {
			if i > 0 {
				w.Verbatim(`,`)
			}
			w.Int(int64(v.Lengths[i]))
		}
		w.Verbatim(`]`)
	}
	if v.OfferDays != 0 {
		w.Verbatim(`,"offer_days":`)
		w.Int(int64(v.OfferDays))
	}
	w.Verbatim(`,"terms":`)
	v.Terms.WriteJSON(w)
	w.Verbatim(`}`)
}

var productNames = jsontext.Names{`"code":`, `"name":`, `"sample":`, `"min_principal":`, `"max_principal":`, `"min_term_days":`, `"max_term_days":`, `"lengths":`, `"offer_days":`, `"terms":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Product) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: productNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Code = r.String()
			if !o.Follows(r, `,"name":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Name = r.String()
			if !o.Follows(r, `,"sample":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.Sample = r.Bool()
			if !o.Follows(r, `,"min_principal":`, 3) {
				continue
			}
			fallthrough
		case 3:
			r.Check(v.MinPrincipal.UnmarshalJSON(r.Value()))
			if !o.Follows(r, `,"max_principal":`, 4) {
				continue
			}
			fallthrough
		case 4:
			r.Check(v.MaxPrincipal.UnmarshalJSON(r.Value()))
			if !o.Follows(r, `,"min_term_days":`, 5) {
				continue
			}
			fallthrough
		case 5:
			v.MinTermDays = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"max_term_days":`, 6) {
				continue
			}
			fallthrough
		case 6:
			v.MaxTermDays = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"lengths":`, 7) {
				continue
			}
			fallthrough
		case 7:
			var l jsontext.List
			for l.Next(r) {
				v.Lengths = append(v.Lengths, int(r.Int(strconv.IntSize)))
			}
			if l.Empty {
				v.Lengths = []int{}
			}
			if !o.Follows(r, `,"offer_days":`, 8) {
				continue
			}
			fallthrough
		case 8:
			v.OfferDays = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"terms":`, 9) {
				continue
			}
			fallthrough
		case 9:
			v.Terms.ReadJSON(r)
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Prolongation) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{`)
	if v.Requires != "" {
		w.Name(`"requires":`)
		w.String(v.Requires)
	}
	if v.MaxCount != 0 {
		w.Name(`"max_count":`)
		w.Int(int64(v.MaxCount))
	}
	if v.MaxDays != 0 {
		w.Name(`"max_days":`)
		w.Int(int64(v.MaxDays))
	}
	if len(v.Prices) != 0 {
		w.Name(`"prices":`)
		w.Verbatim(`[`)
		for i := range v.Prices {
			if i > 0 {
				w.Verbatim(`,`)
			}
			v.Prices[i].WriteJSON(w)
		}
		w.Verbatim(`]`)
	}
	w.Verbatim(`}`)
}

var prolongationNames = jsontext.Names{`"requires":`, `"max_count":`, `"max_days":`, `"prices":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Prolongation) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: prolongationNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Requires = r.String()
			if !o.Follows(r, `,"max_count":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.MaxCount = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"max_days":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.MaxDays = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"prices":`, 3) {
				continue
			}
			fallthrough
		case 3:
			var l jsontext.List
			for l.Next(r) {
				var e Price
				e.ReadJSON(r)
				v.Prices = append(v.Prices, e)
			}
			if l.Empty {
				v.Prices = []Price{}
			}
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Terms) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"currency":`)
	w.Buf = v.Currency.AppendJSON(w.Buf)
	w.Verbatim(`,"rounding":`)
	w.String(string(v.Rounding))
	w.Verbatim(`,"interest":`)
	v.Interest.WriteJSON(w)
	if len(v.Schedule) != 0 {
		w.Verbatim(`,"schedule":`)
		w.RawMessage(v.Schedule)
	}
	if v.TermDays != 0 {
		w.Verbatim(`,"term_days":`)
		w.Int(int64(v.TermDays))
	}
	w.Verbatim(`,"prepayment":`)
	v.Prepayment.WriteJSON(w)
	if len(v.Fees) != 0 {
		w.Verbatim(`,"fees":`)
		w.Verbatim(`[`)
		for i := range v.Fees {
			if i > 0 {
				w.Verbatim(`,`)
			}
			v.Fees[i].WriteJSON(w)
		}
		w.Verbatim(`]`)
	}
	if v.Penalty != nil {
		w.Verbatim(`,"penalty":`)
		v.Penalty.WriteJSON(w)
	}
	if v.Prolongation != nil {
		w.Verbatim(`,"prolongation":`)
		v.Prolongation.WriteJSON(w)
	}
	w.Verbatim(`,"allocation":`)
	v.Allocation.WriteJSON(w)
	if v.CostCap != nil {
		w.Verbatim(`,"cost_cap":`)
		v.CostCap.WriteJSON(w)
	}
	if v.Signature != "" {
		w.Verbatim(`,"signature":`)
		w.String(string(v.Signature))
	}
	w.Verbatim(`}`)
}

var termsNames = jsontext.Names{`"currency":`, `"rounding":`, `"interest":`, `"schedule":`, `"term_days":`, `"prepayment":`, `"fees":`, `"penalty":`, `"prolongation":`, `"allocation":`, `"cost_cap":`, `"signature":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Terms) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: termsNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.Currency.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Currency.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"rounding":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Rounding = money.Rounding(r.String())
			if !o.Follows(r, `,"interest":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.Interest.ReadJSON(r)
			if !o.Follows(r, `,"schedule":`, 3) {
				continue
			}
			fallthrough
		case 3:
			v.Schedule = r.RawMessage()
			if !o.Follows(r, `,"term_days":`, 4) {
				continue
			}
			fallthrough
		case 4:
			v.TermDays = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"prepayment":`, 5) {
				continue
			}
			fallthrough
		case 5:
			v.Prepayment.ReadJSON(r)
			if !o.Follows(r, `,"fees":`, 6) {
				continue
			}
			fallthrough
		case 6:
			var l jsontext.List
			for l.Next(r) {
				var e Fee
				e.ReadJSON(r)
				v.Fees = append(v.Fees, e)
			}
			if l.Empty {
				v.Fees = []Fee{}
			}
			if !o.Follows(r, `,"penalty":`, 7) {
				continue
			}
			fallthrough
		case 7:
			if !r.Null() {
				v.Penalty = new(Penalty)
				v.Penalty.ReadJSON(r)
			}
			if !o.Follows(r, `,"prolongation":`, 8) {
				continue
			}
			fallthrough
		case 8:
			if !r.Null() {
				v.Prolongation = new(Prolongation)
				v.Prolongation.ReadJSON(r)
			}
			if !o.Follows(r, `,"allocation":`, 9) {
				continue
			}
			fallthrough
		case 9:
			v.Allocation.ReadJSON(r)
			if !o.Follows(r, `,"cost_cap":`, 10) {
				continue
			}
			fallthrough
		case 10:
			if !r.Null() {
				v.CostCap = new(CostCap)
				v.CostCap.ReadJSON(r)
			}
			if !o.Follows(r, `,"signature":`, 11) {
				continue
			}
			fallthrough
		case 11:
			v.Signature = Signature(r.String())
		}
	}
}
