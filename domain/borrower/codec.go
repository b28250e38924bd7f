//go:build !codecgen

// Code generated from the types of this package; DO NOT EDIT.

package borrower

import (
	"slices"

	"loanledger/domain/fact"
	"loanledger/domain/fact/jsontext"
)

// WriteJSON adds the JSON of v.
func (v *DebtCleared) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"certificate":`)
	w.String(v.Certificate)
	w.Verbatim(`,"borrower_id":`)
	w.UUID(v.Borrower)
	w.Verbatim(`,"lender":`)
	w.String(v.Lender)
	w.Verbatim(`,"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"loans":`)
	if v.Loans == nil {
		w.Verbatim(`null`)
	} else {
		w.Verbatim(`[`)
		for i := range v.Loans {
			if i > 0 {
				w.Verbatim(`,`)
			}
			v.Loans[i].WriteJSON(w)
		}
		w.Verbatim(`]`)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v DebtCleared) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 328)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var debtClearedNames = jsontext.Names{`"certificate":`, `"borrower_id":`, `"lender":`, `"on":`, `"loans":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *DebtCleared) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: debtClearedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Certificate = r.String()
			if !o.Follows(r, `,"borrower_id":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Borrower = r.UUID()
			if !o.Follows(r, `,"lender":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.Lender = r.String()
			if !o.Follows(r, `,"on":`, 3) {
				continue
			}
			fallthrough
		case 3:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"loans":`, 4) {
				continue
			}
			fallthrough
		case 4:
			var l jsontext.List
			for l.Next(r) {
				var e SettledLoan
				e.ReadJSON(r)
				v.Loans = append(v.Loans, e)
			}
			if l.Empty {
				v.Loans = []SettledLoan{}
			}
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (DebtCleared) DecodeFact(data []byte) (fact.Fact, error) {
	var v DebtCleared
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *LoanEnded) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"loan_id":`)
	w.UUID(v.Loan)
	w.Verbatim(`,"outcome":`)
	w.String(v.Outcome)
	w.Verbatim(`,"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	if !v.SignedOn.IsZero() {
		w.Verbatim(`,"signed_on":`)
		w.Buf = v.SignedOn.AppendJSON(w.Buf)
	}
	w.Verbatim(`,"currency":`)
	w.Buf = v.Currency.AppendJSON(w.Buf)
	w.Verbatim(`,"lent":`)
	w.Buf = v.Lent.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v LoanEnded) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 167)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var loanEndedNames = jsontext.Names{`"loan_id":`, `"outcome":`, `"on":`, `"signed_on":`, `"currency":`, `"lent":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *LoanEnded) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: loanEndedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Loan = r.UUID()
			if !o.Follows(r, `,"outcome":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Outcome = r.String()
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
			if !o.Follows(r, `,"signed_on":`, 3) {
				continue
			}
			fallthrough
		case 3:
			if n := v.SignedOn.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.SignedOn.UnmarshalJSON(r.Value()))
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
			if !o.Follows(r, `,"lent":`, 5) {
				continue
			}
			fallthrough
		case 5:
			if n := v.Lent.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Lent.UnmarshalJSON(r.Value()))
			}
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (LoanEnded) DecodeFact(data []byte) (fact.Fact, error) {
	var v LoanEnded
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *LoanStarted) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"loan_id":`)
	w.UUID(v.Loan)
	w.Verbatim(`,"number":`)
	w.String(v.Number)
	w.Verbatim(`,"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v LoanStarted) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 97)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var loanStartedNames = jsontext.Names{`"loan_id":`, `"number":`, `"on":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *LoanStarted) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: loanStartedNames}
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
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (LoanStarted) DecodeFact(data []byte) (fact.Fact, error) {
	var v LoanStarted
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *Person) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"full_name":`)
	w.String(v.FullName)
	w.Verbatim(`,"birth_date":`)
	w.Buf = v.BirthDate.AppendJSON(w.Buf)
	w.Verbatim(`,"document_number":`)
	w.String(v.DocumentNumber)
	w.Verbatim(`,"phone":`)
	w.String(v.Phone)
	if v.Email != "" {
		w.Verbatim(`,"email":`)
		w.String(v.Email)
	}
	if v.Address != "" {
		w.Verbatim(`,"address":`)
		w.String(v.Address)
	}
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Person) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 179)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var personNames = jsontext.Names{`"full_name":`, `"birth_date":`, `"document_number":`, `"phone":`, `"email":`, `"address":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Person) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: personNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.FullName = r.String()
			if !o.Follows(r, `,"birth_date":`, 1) {
				continue
			}
			fallthrough
		case 1:
			if n := v.BirthDate.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.BirthDate.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"document_number":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.DocumentNumber = r.String()
			if !o.Follows(r, `,"phone":`, 3) {
				continue
			}
			fallthrough
		case 3:
			v.Phone = r.String()
			if !o.Follows(r, `,"email":`, 4) {
				continue
			}
			fallthrough
		case 4:
			v.Email = r.String()
			if !o.Follows(r, `,"address":`, 5) {
				continue
			}
			fallthrough
		case 5:
			v.Address = r.String()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Registered) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"borrower_id":`)
	w.UUID(v.Borrower)
	w.Verbatim(`,"lender":`)
	w.String(v.Lender)
	w.Verbatim(`,"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Registered) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 101)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var registeredNames = jsontext.Names{`"borrower_id":`, `"lender":`, `"on":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Registered) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: registeredNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Borrower = r.UUID()
			if !o.Follows(r, `,"lender":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Lender = r.String()
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
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (Registered) DecodeFact(data []byte) (fact.Fact, error) {
	var v Registered
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *SettledLoan) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"loan_id":`)
	w.UUID(v.Loan)
	w.Verbatim(`,"number":`)
	w.String(v.Number)
	w.Verbatim(`,"contract_date":`)
	w.Buf = v.ContractDate.AppendJSON(w.Buf)
	w.Verbatim(`,"currency":`)
	w.Buf = v.Currency.AppendJSON(w.Buf)
	w.Verbatim(`,"principal":`)
	w.Buf = v.Principal.AppendJSON(w.Buf)
	w.Verbatim(`,"settled_on":`)
	w.Buf = v.SettledOn.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

var settledLoanNames = jsontext.Names{`"loan_id":`, `"number":`, `"contract_date":`, `"currency":`, `"principal":`, `"settled_on":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *SettledLoan) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: settledLoanNames}
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
			if !o.Follows(r, `,"contract_date":`, 2) {
				continue
			}
			fallthrough
		case 2:
			if n := v.ContractDate.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.ContractDate.UnmarshalJSON(r.Value()))
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
			if !o.Follows(r, `,"principal":`, 4) {
				continue
			}
			fallthrough
		case 4:
			if n := v.Principal.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Principal.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"settled_on":`, 5) {
				continue
			}
			fallthrough
		case 5:
			if n := v.SettledOn.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.SettledOn.UnmarshalJSON(r.Value()))
			}
		}
	}
}
