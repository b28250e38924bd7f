//go:build !codecgen

// Code generated from the types of this package; DO NOT EDIT.

package loan

import (
	"slices"
	"strconv"

	"loanledger/domain/fact"
	"loanledger/domain/fact/jsontext"
)

// WriteJSON adds the JSON of v.
func (v *Accrued) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"through":`)
	w.Buf = v.Through.AppendJSON(w.Buf)
	w.Verbatim(`,"interest":`)
	w.Buf = v.Interest.AppendJSON(w.Buf)
	w.Verbatim(`,"penalty":`)
	w.Buf = v.Penalty.AppendJSON(w.Buf)
	if !v.AtMaturity.IsZero() {
		w.Verbatim(`,"at_maturity":`)
		w.Buf = v.AtMaturity.AppendJSON(w.Buf)
	}
	w.Verbatim(`}`)
}

var accruedNames = jsontext.Names{`"through":`, `"interest":`, `"penalty":`, `"at_maturity":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Accrued) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: accruedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.Through.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Through.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"interest":`, 1) {
				continue
			}
			fallthrough
		case 1:
			if n := v.Interest.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Interest.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"penalty":`, 2) {
				continue
			}
			fallthrough
		case 2:
			if n := v.Penalty.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Penalty.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"at_maturity":`, 3) {
				continue
			}
			fallthrough
		case 3:
			if n := v.AtMaturity.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.AtMaturity.UnmarshalJSON(r.Value()))
			}
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Applied) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"loan_id":`)
	w.UUID(v.Loan)
	w.Verbatim(`,"number":`)
	w.String(v.Number)
	w.Verbatim(`,"lender":`)
	w.String(v.Lender)
	w.Verbatim(`,"borrower_id":`)
	w.UUID(v.Borrower)
	w.Verbatim(`,"product":`)
	w.String(v.Product)
	w.Verbatim(`,"product_version":`)
	w.Int(int64(v.ProductVersion))
	w.Verbatim(`,"offer_days":`)
	w.Int(int64(v.OfferDays))
	w.Verbatim(`,"terms":`)
	v.Terms.WriteJSON(w)
	w.Verbatim(`,"currency":`)
	w.Buf = v.Currency.AppendJSON(w.Buf)
	w.Verbatim(`,"principal":`)
	w.Buf = v.Principal.AppendJSON(w.Buf)
	w.Verbatim(`,"term_days":`)
	w.Int(int64(v.TermDays))
	w.Verbatim(`,"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Applied) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 1443)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var appliedNames = jsontext.Names{`"loan_id":`, `"number":`, `"lender":`, `"borrower_id":`, `"product":`, `"product_version":`, `"offer_days":`, `"terms":`, `"currency":`, `"principal":`, `"term_days":`, `"on":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Applied) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: appliedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Loan = r.UUID()
			if !o.Follows(r, `,"number":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Number = r.String()
			if !o.Follows(r, `,"lender":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.Lender = r.String()
			if !o.Follows(r, `,"borrower_id":`, 3) {
				continue
			}
			fallthrough
		case 3:
			v.Borrower = r.UUID()
			if !o.Follows(r, `,"product":`, 4) {
				continue
			}
			fallthrough
		case 4:
			v.Product = r.String()
			if !o.Follows(r, `,"product_version":`, 5) {
				continue
			}
			fallthrough
		case 5:
			v.ProductVersion = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"offer_days":`, 6) {
				continue
			}
			fallthrough
		case 6:
			v.OfferDays = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"terms":`, 7) {
				continue
			}
			fallthrough
		case 7:
			v.Terms.ReadJSON(r)
			if !o.Follows(r, `,"currency":`, 8) {
				continue
			}
			fallthrough
		case 8:
			if n := v.Currency.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Currency.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"principal":`, 9) {
				continue
			}
			fallthrough
		case 9:
			if n := v.Principal.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Principal.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"term_days":`, 10) {
				continue
			}
			fallthrough
		case 10:
			v.TermDays = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"on":`, 11) {
				continue
			}
			fallthrough
		case 11:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (Applied) DecodeFact(data []byte) (fact.Fact, error) {
	var v Applied
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *Approve) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Approve) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 2)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var approveNames = jsontext.Names{}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Approve) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: approveNames}
	o.Next(r) // no field is known, so it goes to the end
}

// WriteJSON adds the JSON of v.
func (v *Approved) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"offer_until":`)
	w.Buf = v.OfferUntil.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Approved) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 47)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var approvedNames = jsontext.Names{`"on":`, `"offer_until":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Approved) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: approvedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"offer_until":`, 1) {
				continue
			}
			fallthrough
		case 1:
			if n := v.OfferUntil.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.OfferUntil.UnmarshalJSON(r.Value()))
			}
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (Approved) DecodeFact(data []byte) (fact.Fact, error) {
	var v Approved
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *Balances) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"principal":`)
	w.Buf = v.Principal.AppendJSON(w.Buf)
	w.Verbatim(`,"interest":`)
	w.Buf = v.Interest.AppendJSON(w.Buf)
	w.Verbatim(`,"fees":`)
	w.Buf = v.Fees.AppendJSON(w.Buf)
	w.Verbatim(`,"penalty":`)
	w.Buf = v.Penalty.AppendJSON(w.Buf)
	w.Verbatim(`,"total":`)
	w.Buf = v.Total.AppendJSON(w.Buf)
	w.Verbatim(`,"overpaid":`)
	w.Buf = v.Overpaid.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

// WriteJSON adds the JSON of v.
func (v *Cancel) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{`)
	if v.Reason != "" {
		w.Name(`"reason":`)
		w.String(v.Reason)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Cancel) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 30)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var cancelNames = jsontext.Names{`"reason":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Cancel) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: cancelNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Reason = r.String()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Cancelled) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	if v.Reason != "" {
		w.Verbatim(`,"reason":`)
		w.String(v.Reason)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Cancelled) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 48)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var cancelledNames = jsontext.Names{`"on":`, `"reason":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Cancelled) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: cancelledNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"reason":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Reason = r.String()
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (Cancelled) DecodeFact(data []byte) (fact.Fact, error) {
	var v Cancelled
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *CloseDay) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"date":`)
	w.Buf = v.Date.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v CloseDay) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 22)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var closeDayNames = jsontext.Names{`"date":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *CloseDay) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: closeDayNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.Date.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Date.UnmarshalJSON(r.Value()))
			}
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *CostCapReached) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"cap":`)
	w.Buf = v.Cap.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v CostCapReached) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 39)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var costCapReachedNames = jsontext.Names{`"on":`, `"cap":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *CostCapReached) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: costCapReachedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"cap":`, 1) {
				continue
			}
			fallthrough
		case 1:
			if n := v.Cap.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Cap.UnmarshalJSON(r.Value()))
			}
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (CostCapReached) DecodeFact(data []byte) (fact.Fact, error) {
	var v CostCapReached
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *Disburse) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{`)
	if !v.ValueDate.IsZero() {
		w.Name(`"value_date":`)
		w.Buf = v.ValueDate.AppendJSON(w.Buf)
	}
	if v.Ref != "" {
		w.Name(`"ref":`)
		w.String(v.Ref)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Disburse) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 53)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var disburseNames = jsontext.Names{`"value_date":`, `"ref":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Disburse) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: disburseNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.ValueDate.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.ValueDate.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"ref":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Ref = r.String()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Disbursed) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"transaction_id":`)
	w.UUID(v.Transaction)
	if v.Ref != "" {
		w.Verbatim(`,"ref":`)
		w.String(v.Ref)
	}
	w.Verbatim(`,"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"value_date":`)
	w.Buf = v.ValueDate.AppendJSON(w.Buf)
	w.Verbatim(`,"currency":`)
	w.Buf = v.Currency.AppendJSON(w.Buf)
	w.Verbatim(`,"amount":`)
	w.Buf = v.Amount.AppendJSON(w.Buf)
	w.Verbatim(`,"due":`)
	w.Buf = v.Due.AppendJSON(w.Buf)
	w.Verbatim(`,"price":`)
	w.Buf = v.Price.AppendJSON(w.Buf)
	w.Verbatim(`,"fees":`)
	w.Buf = v.Fees.AppendJSON(w.Buf)
	w.Verbatim(`,"recognised":`)
	v.Recognised.WriteJSON(w)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Disbursed) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 316)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var disbursedNames = jsontext.Names{`"transaction_id":`, `"ref":`, `"on":`, `"value_date":`, `"currency":`, `"amount":`, `"due":`, `"price":`, `"fees":`, `"recognised":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Disbursed) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: disbursedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Transaction = r.UUID()
			if !o.Follows(r, `,"ref":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Ref = r.String()
			if !o.Follows(r, `,"on":`, 2) {
				continue
			}
			fallthrough
		case 2:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"value_date":`, 3) {
				continue
			}
			fallthrough
		case 3:
			if n := v.ValueDate.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.ValueDate.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"currency":`, 4) {
				continue
			}
			fallthrough
		case 4:
			if n := v.Currency.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Currency.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"amount":`, 5) {
				continue
			}
			fallthrough
		case 5:
			if n := v.Amount.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Amount.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"due":`, 6) {
				continue
			}
			fallthrough
		case 6:
			if n := v.Due.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Due.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"price":`, 7) {
				continue
			}
			fallthrough
		case 7:
			if n := v.Price.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Price.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"fees":`, 8) {
				continue
			}
			fallthrough
		case 8:
			if n := v.Fees.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Fees.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"recognised":`, 9) {
				continue
			}
			fallthrough
		case 9:
			v.Recognised.ReadJSON(r)
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (Disbursed) DecodeFact(data []byte) (fact.Fact, error) {
	var v Disbursed
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *FellDue) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"due":`)
	w.Buf = v.Due.AppendJSON(w.Buf)
	w.Verbatim(`,"owed":`)
	v.Owed.WriteJSON(w)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v FellDue) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 141)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var fellDueNames = jsontext.Names{`"on":`, `"due":`, `"owed":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *FellDue) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: fellDueNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"due":`, 1) {
				continue
			}
			fallthrough
		case 1:
			if n := v.Due.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Due.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"owed":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.Owed.ReadJSON(r)
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (FellDue) DecodeFact(data []byte) (fact.Fact, error) {
	var v FellDue
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *FellOverdue) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"due":`)
	w.Buf = v.Due.AppendJSON(w.Buf)
	w.Verbatim(`,"owed":`)
	v.Owed.WriteJSON(w)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v FellOverdue) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 141)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var fellOverdueNames = jsontext.Names{`"on":`, `"due":`, `"owed":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *FellOverdue) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: fellOverdueNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"due":`, 1) {
				continue
			}
			fallthrough
		case 1:
			if n := v.Due.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Due.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"owed":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.Owed.ReadJSON(r)
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (FellOverdue) DecodeFact(data []byte) (fact.Fact, error) {
	var v FellOverdue
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *OfferExpired) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v OfferExpired) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 20)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var offerExpiredNames = jsontext.Names{`"on":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *OfferExpired) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: offerExpiredNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (OfferExpired) DecodeFact(data []byte) (fact.Fact, error) {
	var v OfferExpired
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *Parts) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"principal":`)
	w.Buf = v.Principal.AppendJSON(w.Buf)
	w.Verbatim(`,"interest":`)
	w.Buf = v.Interest.AppendJSON(w.Buf)
	w.Verbatim(`,"fees":`)
	w.Buf = v.Fees.AppendJSON(w.Buf)
	w.Verbatim(`,"penalty":`)
	w.Buf = v.Penalty.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

var partsNames = jsontext.Names{`"principal":`, `"interest":`, `"fees":`, `"penalty":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Parts) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: partsNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.Principal.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Principal.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"interest":`, 1) {
				continue
			}
			fallthrough
		case 1:
			if n := v.Interest.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Interest.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"fees":`, 2) {
				continue
			}
			fallthrough
		case 2:
			if n := v.Fees.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Fees.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"penalty":`, 3) {
				continue
			}
			fallthrough
		case 3:
			if n := v.Penalty.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Penalty.UnmarshalJSON(r.Value()))
			}
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *PenaltyStarted) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"penalty":`)
	w.Buf = v.Penalty.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v PenaltyStarted) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 43)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var penaltyStartedNames = jsontext.Names{`"on":`, `"penalty":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *PenaltyStarted) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: penaltyStartedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"penalty":`, 1) {
				continue
			}
			fallthrough
		case 1:
			if n := v.Penalty.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Penalty.UnmarshalJSON(r.Value()))
			}
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (PenaltyStarted) DecodeFact(data []byte) (fact.Fact, error) {
	var v PenaltyStarted
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *Prolong) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"days":`)
	w.Int(int64(v.Days))
	if v.Payment != "" {
		w.Verbatim(`,"payment":`)
		w.String(string(v.Payment))
	}
	if v.Ref != "" {
		w.Verbatim(`,"ref":`)
		w.String(v.Ref)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Prolong) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 63)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var prolongNames = jsontext.Names{`"days":`, `"payment":`, `"ref":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Prolong) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: prolongNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Days = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"payment":`, 1) {
				continue
			}
			fallthrough
		case 1:
			r.Check(v.Payment.UnmarshalJSON(r.Value()))
			if !o.Follows(r, `,"ref":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.Ref = r.String()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Prolonged) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"transaction_id":`)
	w.UUID(v.Transaction)
	if v.Ref != "" {
		w.Verbatim(`,"ref":`)
		w.String(v.Ref)
	}
	w.Verbatim(`,"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"currency":`)
	w.Buf = v.Currency.AppendJSON(w.Buf)
	w.Verbatim(`,"days":`)
	w.Int(int64(v.Days))
	w.Verbatim(`,"due_before":`)
	w.Buf = v.DueBefore.AppendJSON(w.Buf)
	w.Verbatim(`,"due":`)
	w.Buf = v.Due.AppendJSON(w.Buf)
	w.Verbatim(`,"price":`)
	w.Buf = v.Price.AppendJSON(w.Buf)
	w.Verbatim(`,"accrued":`)
	v.Accrued.WriteJSON(w)
	w.Verbatim(`,"recognised":`)
	v.Recognised.WriteJSON(w)
	w.Verbatim(`,"balance":`)
	v.Balance.WriteJSON(w)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Prolonged) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 502)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var prolongedNames = jsontext.Names{`"transaction_id":`, `"ref":`, `"on":`, `"currency":`, `"days":`, `"due_before":`, `"due":`, `"price":`, `"accrued":`, `"recognised":`, `"balance":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Prolonged) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: prolongedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Transaction = r.UUID()
			if !o.Follows(r, `,"ref":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Ref = r.String()
			if !o.Follows(r, `,"on":`, 2) {
				continue
			}
			fallthrough
		case 2:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"currency":`, 3) {
				continue
			}
			fallthrough
		case 3:
			if n := v.Currency.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Currency.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"days":`, 4) {
				continue
			}
			fallthrough
		case 4:
			v.Days = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"due_before":`, 5) {
				continue
			}
			fallthrough
		case 5:
			if n := v.DueBefore.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.DueBefore.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"due":`, 6) {
				continue
			}
			fallthrough
		case 6:
			if n := v.Due.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Due.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"price":`, 7) {
				continue
			}
			fallthrough
		case 7:
			if n := v.Price.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Price.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"accrued":`, 8) {
				continue
			}
			fallthrough
		case 8:
			v.Accrued.ReadJSON(r)
			if !o.Follows(r, `,"recognised":`, 9) {
				continue
			}
			fallthrough
		case 9:
			v.Recognised.ReadJSON(r)
			if !o.Follows(r, `,"balance":`, 10) {
				continue
			}
			fallthrough
		case 10:
			v.Balance.ReadJSON(r)
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (Prolonged) DecodeFact(data []byte) (fact.Fact, error) {
	var v Prolonged
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *Recognised) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"interest":`)
	w.Buf = v.Interest.AppendJSON(w.Buf)
	w.Verbatim(`,"fees":`)
	w.Buf = v.Fees.AppendJSON(w.Buf)
	w.Verbatim(`,"penalty":`)
	w.Buf = v.Penalty.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

var recognisedNames = jsontext.Names{`"interest":`, `"fees":`, `"penalty":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Recognised) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: recognisedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.Interest.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Interest.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"fees":`, 1) {
				continue
			}
			fallthrough
		case 1:
			if n := v.Fees.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Fees.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"penalty":`, 2) {
				continue
			}
			fallthrough
		case 2:
			if n := v.Penalty.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Penalty.UnmarshalJSON(r.Value()))
			}
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Reject) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{`)
	if v.Reason != "" {
		w.Name(`"reason":`)
		w.String(v.Reason)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Reject) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 30)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var rejectNames = jsontext.Names{`"reason":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Reject) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: rejectNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Reason = r.String()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Rejected) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	if v.Reason != "" {
		w.Verbatim(`,"reason":`)
		w.String(v.Reason)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Rejected) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 48)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var rejectedNames = jsontext.Names{`"on":`, `"reason":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Rejected) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: rejectedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"reason":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Reason = r.String()
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (Rejected) DecodeFact(data []byte) (fact.Fact, error) {
	var v Rejected
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *Repaid) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"transaction_id":`)
	w.UUID(v.Transaction)
	if v.Ref != "" {
		w.Verbatim(`,"ref":`)
		w.String(v.Ref)
	}
	w.Verbatim(`,"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"value_date":`)
	w.Buf = v.ValueDate.AppendJSON(w.Buf)
	w.Verbatim(`,"currency":`)
	w.Buf = v.Currency.AppendJSON(w.Buf)
	w.Verbatim(`,"amount":`)
	w.Buf = v.Amount.AppendJSON(w.Buf)
	w.Verbatim(`,"from":`)
	w.String(v.From)
	w.Verbatim(`,"allocation":`)
	v.Allocation.WriteJSON(w)
	w.Verbatim(`,"overpaid":`)
	w.Buf = v.Overpaid.AppendJSON(w.Buf)
	w.Verbatim(`,"accrued":`)
	v.Accrued.WriteJSON(w)
	w.Verbatim(`,"recognised":`)
	v.Recognised.WriteJSON(w)
	w.Verbatim(`,"balance":`)
	v.Balance.WriteJSON(w)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Repaid) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 629)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var repaidNames = jsontext.Names{`"transaction_id":`, `"ref":`, `"on":`, `"value_date":`, `"currency":`, `"amount":`, `"from":`, `"allocation":`, `"overpaid":`, `"accrued":`, `"recognised":`, `"balance":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Repaid) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: repaidNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Transaction = r.UUID()
			if !o.Follows(r, `,"ref":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Ref = r.String()
			if !o.Follows(r, `,"on":`, 2) {
				continue
			}
			fallthrough
		case 2:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"value_date":`, 3) {
				continue
			}
			fallthrough
		case 3:
			if n := v.ValueDate.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.ValueDate.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"currency":`, 4) {
				continue
			}
			fallthrough
		case 4:
			if n := v.Currency.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Currency.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"amount":`, 5) {
				continue
			}
			fallthrough
		case 5:
			if n := v.Amount.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Amount.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"from":`, 6) {
				continue
			}
			fallthrough
		case 6:
			v.From = r.String()
			if !o.Follows(r, `,"allocation":`, 7) {
				continue
			}
			fallthrough
		case 7:
			v.Allocation.ReadJSON(r)
			if !o.Follows(r, `,"overpaid":`, 8) {
				continue
			}
			fallthrough
		case 8:
			if n := v.Overpaid.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Overpaid.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"accrued":`, 9) {
				continue
			}
			fallthrough
		case 9:
			v.Accrued.ReadJSON(r)
			if !o.Follows(r, `,"recognised":`, 10) {
				continue
			}
			fallthrough
		case 10:
			v.Recognised.ReadJSON(r)
			if !o.Follows(r, `,"balance":`, 11) {
				continue
			}
			fallthrough
		case 11:
			v.Balance.ReadJSON(r)
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (Repaid) DecodeFact(data []byte) (fact.Fact, error) {
	var v Repaid
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *Repay) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"amount":`)
	w.String(string(v.Amount))
	if v.Currency != "" {
		w.Verbatim(`,"currency":`)
		w.String(v.Currency)
	}
	if !v.ValueDate.IsZero() {
		w.Verbatim(`,"value_date":`)
		w.Buf = v.ValueDate.AppendJSON(w.Buf)
	}
	if v.Ref != "" {
		w.Verbatim(`,"ref":`)
		w.String(v.Ref)
	}
	if v.From != "" {
		w.Verbatim(`,"from":`)
		w.String(v.From)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Repay) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 131)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var repayNames = jsontext.Names{`"amount":`, `"currency":`, `"value_date":`, `"ref":`, `"from":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Repay) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: repayNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			r.Check(v.Amount.UnmarshalJSON(r.Value()))
			if !o.Follows(r, `,"currency":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Currency = r.String()
			if !o.Follows(r, `,"value_date":`, 2) {
				continue
			}
			fallthrough
		case 2:
			if n := v.ValueDate.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.ValueDate.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"ref":`, 3) {
				continue
			}
			fallthrough
		case 3:
			v.Ref = r.String()
			if !o.Follows(r, `,"from":`, 4) {
				continue
			}
			fallthrough
		case 4:
			v.From = r.String()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Settled) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"booked_on":`)
	w.Buf = v.BookedOn.AppendJSON(w.Buf)
	w.Verbatim(`,"early":`)
	w.Bool(v.Early)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Settled) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 59)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var settledNames = jsontext.Names{`"on":`, `"booked_on":`, `"early":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Settled) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: settledNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"booked_on":`, 1) {
				continue
			}
			fallthrough
		case 1:
			if n := v.BookedOn.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.BookedOn.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"early":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.Early = r.Bool()
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (Settled) DecodeFact(data []byte) (fact.Fact, error) {
	var v Settled
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *Sign) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"code":`)
	w.String(v.Code)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Sign) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 28)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var signNames = jsontext.Names{`"code":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Sign) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: signNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Code = r.String()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Signed) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"method":`)
	w.String(v.Method)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Signed) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 48)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var signedNames = jsontext.Names{`"on":`, `"method":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Signed) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: signedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"method":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Method = r.String()
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (Signed) DecodeFact(data []byte) (fact.Fact, error) {
	var v Signed
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *SigningFailed) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"attempt":`)
	w.Int(int64(v.Attempt))
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v SigningFailed) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 36)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var signingFailedNames = jsontext.Names{`"on":`, `"attempt":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *SigningFailed) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: signingFailedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"attempt":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Attempt = int(r.Int(strconv.IntSize))
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (SigningFailed) DecodeFact(data []byte) (fact.Fact, error) {
	var v SigningFailed
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *Transaction) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"transaction_id":`)
	w.UUID(v.ID)
	if v.Ref != "" {
		w.Verbatim(`,"ref":`)
		w.String(v.Ref)
	}
	w.Verbatim(`,"type":`)
	w.String(v.Type)
	w.Verbatim(`,"date":`)
	w.Buf = v.Date.AppendJSON(w.Buf)
	w.Verbatim(`,"booked_on":`)
	w.Buf = v.BookedOn.AppendJSON(w.Buf)
	w.Verbatim(`,"amount":`)
	w.Buf = v.Amount.AppendJSON(w.Buf)
	w.Verbatim(`,"principal":`)
	w.Buf = v.Principal.AppendJSON(w.Buf)
	w.Verbatim(`,"interest":`)
	w.Buf = v.Interest.AppendJSON(w.Buf)
	w.Verbatim(`,"fees":`)
	w.Buf = v.Fees.AppendJSON(w.Buf)
	w.Verbatim(`,"penalty":`)
	w.Buf = v.Penalty.AppendJSON(w.Buf)
	w.Verbatim(`,"overpaid":`)
	w.Buf = v.Overpaid.AppendJSON(w.Buf)
	w.Verbatim(`,"balance_after":`)
	w.Buf = v.BalanceAfter.AppendJSON(w.Buf)
	w.Verbatim(`,"reversed":`)
	w.Bool(v.Reversed)
	w.Verbatim(`}`)
}
