//go:build !codecgen

// Code generated from the types of this package; DO NOT EDIT.

package ledger

import (
	"slices"
	"strconv"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/fact/jsontext"

	"github.com/google/uuid"
)

// WriteJSON adds the JSON of v.
func (v *AdoptProducts) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"products":`)
	if v.Products == nil {
		w.Verbatim(`null`)
	} else {
		w.Verbatim(`[`)
		for i := range v.Products {
			if i > 0 {
				w.Verbatim(`,`)
			}
			v.Products[i].WriteJSON(w)
		}
		w.Verbatim(`]`)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v AdoptProducts) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 1400)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var adoptProductsNames = jsontext.Names{`"products":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *AdoptProducts) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: adoptProductsNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			var l jsontext.List
			for l.Next(r) {
				var e book.Published
				e.ReadJSON(r)
				v.Products = append(v.Products, e)
			}
			if l.Empty {
				v.Products = []book.Published{}
			}
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Apply) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"lender":`)
	w.String(v.Lender)
	w.Verbatim(`,"product":`)
	w.String(v.Product)
	w.Verbatim(`,"principal":`)
	w.String(string(v.Principal))
	if v.Currency != "" {
		w.Verbatim(`,"currency":`)
		w.String(v.Currency)
	}
	w.Verbatim(`,"term_days":`)
	w.Int(int64(v.TermDays))
	if v.Borrower != nil {
		w.Verbatim(`,"borrower":`)
		v.Borrower.WriteJSON(w)
	}
	if v.BorrowerID != (uuid.UUID{}) {
		w.Verbatim(`,"borrower_id":`)
		w.UUID(v.BorrowerID)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Apply) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 378)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var applyNames = jsontext.Names{`"lender":`, `"product":`, `"principal":`, `"currency":`, `"term_days":`, `"borrower":`, `"borrower_id":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Apply) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: applyNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Lender = r.String()
			if !o.Follows(r, `,"product":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Product = r.String()
			if !o.Follows(r, `,"principal":`, 2) {
				continue
			}
			fallthrough
		case 2:
			r.Check(v.Principal.UnmarshalJSON(r.Value()))
			if !o.Follows(r, `,"currency":`, 3) {
				continue
			}
			fallthrough
		case 3:
			v.Currency = r.String()
			if !o.Follows(r, `,"term_days":`, 4) {
				continue
			}
			fallthrough
		case 4:
			v.TermDays = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"borrower":`, 5) {
				continue
			}
			fallthrough
		case 5:
			if !r.Null() {
				v.Borrower = new(borrower.Person)
				v.Borrower.ReadJSON(r)
			}
			if !o.Follows(r, `,"borrower_id":`, 6) {
				continue
			}
			fallthrough
		case 6:
			v.BorrowerID = r.UUID()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *BookAnswer) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"lender":`)
	w.String(v.Lender)
	w.Verbatim(`,"business_date":`)
	w.Buf = v.BusinessDate.AppendJSON(w.Buf)
	if v.Product != "" {
		w.Verbatim(`,"product":`)
		w.String(v.Product)
	}
	if v.ProductVersion != 0 {
		w.Verbatim(`,"product_version":`)
		w.Int(int64(v.ProductVersion))
	}
	w.Verbatim(`,"position":`)
	w.Int(v.Receipt.Position)
	if !v.Receipt.RecordedAt.IsZero() {
		w.Verbatim(`,"recorded_at":`)
		w.Time(v.Receipt.RecordedAt)
	}
	w.Verbatim(`,"version":`)
	w.Int(v.Receipt.Version)
	w.Verbatim(`,"events":`)
	if v.Receipt.Events == nil {
		w.Verbatim(`null`)
	} else {
		w.Verbatim(`[`)
		for i := range v.Receipt.Events {
			if i > 0 {
				w.Verbatim(`,`)
			}
			v.Receipt.Events[i].WriteJSON(w)
		}
		w.Verbatim(`]`)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v BookAnswer) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 249)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

// MarshalJSON lets encoding/json escape what it wants to have escaped.
func (v BookAnswer) MarshalJSON() ([]byte, error) {
	w := jsontext.Writer{Buf: make([]byte, 0, 249), PlainHTML: true}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

// WriteJSON adds the JSON of v.
func (v *CertificateAnswer) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"certificate":`)
	w.String(v.DebtCleared.Certificate)
	w.Verbatim(`,"borrower_id":`)
	w.UUID(v.DebtCleared.Borrower)
	w.Verbatim(`,"lender":`)
	w.String(v.DebtCleared.Lender)
	w.Verbatim(`,"on":`)
	w.Buf = v.DebtCleared.On.AppendJSON(w.Buf)
	w.Verbatim(`,"loans":`)
	if v.DebtCleared.Loans == nil {
		w.Verbatim(`null`)
	} else {
		w.Verbatim(`[`)
		for i := range v.DebtCleared.Loans {
			if i > 0 {
				w.Verbatim(`,`)
			}
			v.DebtCleared.Loans[i].WriteJSON(w)
		}
		w.Verbatim(`]`)
	}
	w.Verbatim(`,"position":`)
	w.Int(v.Receipt.Position)
	if !v.Receipt.RecordedAt.IsZero() {
		w.Verbatim(`,"recorded_at":`)
		w.Time(v.Receipt.RecordedAt)
	}
	w.Verbatim(`,"version":`)
	w.Int(v.Receipt.Version)
	w.Verbatim(`,"events":`)
	if v.Receipt.Events == nil {
		w.Verbatim(`null`)
	} else {
		w.Verbatim(`[`)
		for i := range v.Receipt.Events {
			if i > 0 {
				w.Verbatim(`,`)
			}
			v.Receipt.Events[i].WriteJSON(w)
		}
		w.Verbatim(`]`)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v CertificateAnswer) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 465)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

// MarshalJSON lets encoding/json escape what it wants to have escaped.
func (v CertificateAnswer) MarshalJSON() ([]byte, error) {
	w := jsontext.Writer{Buf: make([]byte, 0, 465), PlainHTML: true}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

// WriteJSON adds the JSON of v.
func (v *Certify) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Certify) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 2)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var certifyNames = jsontext.Names{}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Certify) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: certifyNames}
	o.Next(r) // no field is known, so it goes to the end
}

// WriteJSON adds the JSON of v.
func (v *CloseDay) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"date":`)
	w.Buf = v.Date.AppendJSON(w.Buf)
	w.Verbatim(`,"loans":`)
	w.Int(int64(v.Loans))
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v CloseDay) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 36)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var closeDayNames = jsontext.Names{`"date":`, `"loans":`}

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
			if !o.Follows(r, `,"loans":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Loans = int(r.Int(strconv.IntSize))
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *LoanAnswer) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"loan_id":`)
	w.UUID(v.View.Loan)
	w.Verbatim(`,"number":`)
	w.String(v.View.Number)
	w.Verbatim(`,"lender":`)
	w.String(v.View.Lender)
	w.Verbatim(`,"borrower_id":`)
	w.UUID(v.View.Borrower)
	w.Verbatim(`,"product":`)
	w.String(v.View.Product)
	w.Verbatim(`,"product_version":`)
	w.Int(int64(v.View.ProductVersion))
	w.Verbatim(`,"status":`)
	w.String(string(v.View.Status))
	w.Verbatim(`,"currency":`)
	w.Buf = v.View.Currency.AppendJSON(w.Buf)
	w.Verbatim(`,"principal":`)
	w.Buf = v.View.Principal.AppendJSON(w.Buf)
	w.Verbatim(`,"term_days":`)
	w.Int(int64(v.View.TermDays))
	w.Verbatim(`,"applied_on":`)
	w.Buf = v.View.AppliedOn.AppendJSON(w.Buf)
	if !v.View.OfferUntil.IsZero() {
		w.Verbatim(`,"offer_until":`)
		w.Buf = v.View.OfferUntil.AppendJSON(w.Buf)
	}
	if !v.View.SignedOn.IsZero() {
		w.Verbatim(`,"signed_on":`)
		w.Buf = v.View.SignedOn.AppendJSON(w.Buf)
	}
	if !v.View.DisbursedOn.IsZero() {
		w.Verbatim(`,"disbursed_on":`)
		w.Buf = v.View.DisbursedOn.AppendJSON(w.Buf)
	}
	if !v.View.Due.IsZero() {
		w.Verbatim(`,"due_date":`)
		w.Buf = v.View.Due.AppendJSON(w.Buf)
	}
	if !v.View.EndedOn.IsZero() {
		w.Verbatim(`,"ended_on":`)
		w.Buf = v.View.EndedOn.AppendJSON(w.Buf)
	}
	if v.View.Reason != "" {
		w.Verbatim(`,"reason":`)
		w.String(v.View.Reason)
	}
	w.Verbatim(`,"as_of":`)
	w.Buf = v.View.AsOf.AppendJSON(w.Buf)
	w.Verbatim(`,"balances":`)
	v.View.Balances.WriteJSON(w)
	w.Verbatim(`,"days_past_due":`)
	w.Int(int64(v.View.DaysPastDue))
	w.Verbatim(`,"prolongations":`)
	w.Int(int64(v.View.Prolongations))
	if v.Transaction != nil {
		w.Verbatim(`,"transaction":`)
		v.Transaction.WriteJSON(w)
	}
	w.Verbatim(`,"position":`)
	w.Int(v.Receipt.Position)
	if !v.Receipt.RecordedAt.IsZero() {
		w.Verbatim(`,"recorded_at":`)
		w.Time(v.Receipt.RecordedAt)
	}
	w.Verbatim(`,"version":`)
	w.Int(v.Receipt.Version)
	w.Verbatim(`,"events":`)
	if v.Receipt.Events == nil {
		w.Verbatim(`null`)
	} else {
		w.Verbatim(`[`)
		for i := range v.Receipt.Events {
			if i > 0 {
				w.Verbatim(`,`)
			}
			v.Receipt.Events[i].WriteJSON(w)
		}
		w.Verbatim(`]`)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v LoanAnswer) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 1198)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

// MarshalJSON lets encoding/json escape what it wants to have escaped.
func (v LoanAnswer) MarshalJSON() ([]byte, error) {
	w := jsontext.Writer{Buf: make([]byte, 0, 1198), PlainHTML: true}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

// WriteJSON adds the JSON of v.
func (v *Open) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"lender":`)
	v.Lender.WriteJSON(w)
	w.Verbatim(`,"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	if len(v.Products) != 0 {
		w.Verbatim(`,"products":`)
		w.Verbatim(`[`)
		for i := range v.Products {
			if i > 0 {
				w.Verbatim(`,`)
			}
			v.Products[i].WriteJSON(w)
		}
		w.Verbatim(`]`)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Open) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 1754)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var openNames = jsontext.Names{`"lender":`, `"on":`, `"products":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Open) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: openNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Lender.ReadJSON(r)
			if !o.Follows(r, `,"on":`, 1) {
				continue
			}
			fallthrough
		case 1:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"products":`, 2) {
				continue
			}
			fallthrough
		case 2:
			var l jsontext.List
			for l.Next(r) {
				var e book.Published
				e.ReadJSON(r)
				v.Products = append(v.Products, e)
			}
			if l.Empty {
				v.Products = []book.Published{}
			}
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *PublishProduct) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"product":`)
	v.Product.WriteJSON(w)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v PublishProduct) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 1347)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var publishProductNames = jsontext.Names{`"product":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *PublishProduct) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: publishProductNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Product.ReadJSON(r)
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *RecordedEvent) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"position":`)
	w.Int(v.Position)
	w.Verbatim(`,"type":`)
	w.String(v.Type)
	w.Verbatim(`}`)
}
