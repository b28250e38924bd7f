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
		case 1:
			v.Borrower = r.UUID()
		case 2:
			v.Lender = r.String()
		case 3:
			r.Check(v.On.UnmarshalJSON(r.Value()))
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
		case 1:
			v.Outcome = r.String()
		case 2:
			r.Check(v.On.UnmarshalJSON(r.Value()))
		case 3:
			r.Check(v.SignedOn.UnmarshalJSON(r.Value()))
		case 4:
			r.Check(v.Currency.UnmarshalJSON(r.Value()))
		case 5:
			r.Check(v.Lent.UnmarshalJSON(r.Value()))
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
		case 1:
			v.Number = r.String()
		case 2:
			r.Check(v.On.UnmarshalJSON(r.Value()))
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
		case 1:
			r.Check(v.BirthDate.UnmarshalJSON(r.Value()))
		case 2:
			v.DocumentNumber = r.String()
		case 3:
			v.Phone = r.String()
		case 4:
			v.Email = r.String()
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
		case 1:
			v.Lender = r.String()
		case 2:
			r.Check(v.On.UnmarshalJSON(r.Value()))
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
		case 1:
			v.Number = r.String()
		case 2:
			r.Check(v.ContractDate.UnmarshalJSON(r.Value()))
		case 3:
			r.Check(v.Currency.UnmarshalJSON(r.Value()))
		case 4:
			r.Check(v.Principal.UnmarshalJSON(r.Value()))
		case 5:
			r.Check(v.SettledOn.UnmarshalJSON(r.Value()))
		}
	}
}
