//go:build !codecgen

// Code generated from the types of this package; DO NOT EDIT.

package book

import (
	"slices"
	"strconv"

	"loanledger/domain/fact"
	"loanledger/domain/fact/jsontext"
	"loanledger/domain/ident"
)

// WriteJSON adds the JSON of v.
func (v *DayClosed) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"next":`)
	w.Buf = v.Next.AppendJSON(w.Buf)
	w.Verbatim(`,"loans":`)
	w.Int(int64(v.Loans))
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v DayClosed) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 54)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var dayClosedNames = jsontext.Names{`"on":`, `"next":`, `"loans":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *DayClosed) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: dayClosedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"next":`, 1) {
				continue
			}
			fallthrough
		case 1:
			if n := v.Next.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Next.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"loans":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.Loans = int(r.Int(strconv.IntSize))
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (DayClosed) DecodeFact(data []byte) (fact.Fact, error) {
	var v DayClosed
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *Lender) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"code":`)
	w.String(v.Code)
	w.Verbatim(`,"name":`)
	w.String(v.Name)
	w.Verbatim(`,"legal_name":`)
	w.String(v.LegalName)
	if v.Registration != "" {
		w.Verbatim(`,"registration":`)
		w.String(v.Registration)
	}
	if v.Address != "" {
		w.Verbatim(`,"address":`)
		w.String(v.Address)
	}
	w.Verbatim(`,"country":`)
	w.String(v.Country)
	w.Verbatim(`,"currency":`)
	w.Buf = v.Currency.AppendJSON(w.Buf)
	w.Verbatim(`,"time_zone":`)
	w.String(v.TimeZone)
	w.Verbatim(`,"language":`)
	w.String(v.Language)
	w.Verbatim(`,"number_prefix":`)
	w.String(v.NumberPrefix)
	if v.Colour != "" {
		w.Verbatim(`,"colour":`)
		w.String(v.Colour)
	}
	w.Verbatim(`}`)
}

var lenderNames = jsontext.Names{`"code":`, `"name":`, `"legal_name":`, `"registration":`, `"address":`, `"country":`, `"currency":`, `"time_zone":`, `"language":`, `"number_prefix":`, `"colour":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Lender) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: lenderNames}
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
			if !o.Follows(r, `,"legal_name":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.LegalName = r.String()
			if !o.Follows(r, `,"registration":`, 3) {
				continue
			}
			fallthrough
		case 3:
			v.Registration = r.String()
			if !o.Follows(r, `,"address":`, 4) {
				continue
			}
			fallthrough
		case 4:
			v.Address = r.String()
			if !o.Follows(r, `,"country":`, 5) {
				continue
			}
			fallthrough
		case 5:
			v.Country = r.String()
			if !o.Follows(r, `,"currency":`, 6) {
				continue
			}
			fallthrough
		case 6:
			if n := v.Currency.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Currency.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"time_zone":`, 7) {
				continue
			}
			fallthrough
		case 7:
			v.TimeZone = r.String()
			if !o.Follows(r, `,"language":`, 8) {
				continue
			}
			fallthrough
		case 8:
			v.Language = r.String()
			if !o.Follows(r, `,"number_prefix":`, 9) {
				continue
			}
			fallthrough
		case 9:
			v.NumberPrefix = r.String()
			if !o.Follows(r, `,"colour":`, 10) {
				continue
			}
			fallthrough
		case 10:
			v.Colour = r.String()
		}
	}
}

// WriteJSON adds the JSON of v.
func (v *Opened) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"book":`)
	w.Uint(uint64(v.Book))
	w.Verbatim(`,"lender":`)
	v.Lender.WriteJSON(w)
	w.Verbatim(`,"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v Opened) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 369)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var openedNames = jsontext.Names{`"book":`, `"lender":`, `"on":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Opened) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: openedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Book = ident.Book(r.Uint(16))
			if !o.Follows(r, `,"lender":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Lender.ReadJSON(r)
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
func (Opened) DecodeFact(data []byte) (fact.Fact, error) {
	var v Opened
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *ProductPublished) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"on":`)
	w.Buf = v.On.AppendJSON(w.Buf)
	w.Verbatim(`,"version":`)
	w.Int(int64(v.Version))
	w.Verbatim(`,"product":`)
	v.Product.WriteJSON(w)
	w.Verbatim(`}`)
}

// AppendJSON adds the JSON of v, as json.Marshal gives it.
func (v ProductPublished) AppendJSON(b []byte) ([]byte, error) {
	w := jsontext.Writer{Buf: slices.Grow(b, 1381)}
	v.WriteJSON(&w)
	return w.Buf, w.Err
}

var productPublishedNames = jsontext.Names{`"on":`, `"version":`, `"product":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *ProductPublished) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: productPublishedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			if n := v.On.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.On.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"version":`, 1) {
				continue
			}
			fallthrough
		case 1:
			v.Version = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"product":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.Product.ReadJSON(r)
		}
	}
}

// DecodeFact reads what AppendJSON wrote.
func (ProductPublished) DecodeFact(data []byte) (fact.Fact, error) {
	var v ProductPublished
	r := jsontext.NewReader(data)
	v.ReadJSON(&r)
	if err := r.End(); err != nil {
		return nil, err
	}
	return v, nil
}

// WriteJSON adds the JSON of v.
func (v *Published) WriteJSON(w *jsontext.Writer) {
	w.Verbatim(`{"version":`)
	w.Int(int64(v.Version))
	w.Verbatim(`,"since":`)
	w.Buf = v.Since.AppendJSON(w.Buf)
	w.Verbatim(`,"product":`)
	v.Product.WriteJSON(w)
	w.Verbatim(`}`)
}

var publishedNames = jsontext.Names{`"version":`, `"since":`, `"product":`}

// ReadJSON reads what WriteJSON wrote into v, which must be empty.
func (v *Published) ReadJSON(r *jsontext.Reader) {
	o := jsontext.Object{Names: publishedNames}
	for o.Next(r) {
		switch o.Field {
		case 0:
			v.Version = int(r.Int(strconv.IntSize))
			if !o.Follows(r, `,"since":`, 1) {
				continue
			}
			fallthrough
		case 1:
			if n := v.Since.ScanJSON(r.Rest()); n > 0 {
				r.Skip(n)
			} else {
				r.Check(v.Since.UnmarshalJSON(r.Value()))
			}
			if !o.Follows(r, `,"product":`, 2) {
				continue
			}
			fallthrough
		case 2:
			v.Product.ReadJSON(r)
		}
	}
}
