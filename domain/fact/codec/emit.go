package codec

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
)

// emitter writes the code of one package.
type emitter struct {
	pkg     string
	imports map[string]bool
	code    bytes.Buffer
}

func (e *emitter) printf(format string, args ...any) { fmt.Fprintf(&e.code, format, args...) }

// name is a type as it is called in the package.
func (e *emitter) name(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Slice && t.Name() == "":
		return "[]" + e.name(t.Elem())
	case t.Kind() == reflect.Pointer:
		return "*" + e.name(t.Elem())
	case t.PkgPath() == "" || t.PkgPath() == e.pkg:
		return t.Name()
	}
	e.imports[t.PkgPath()] = true
	return t.String()
}

// structure is all code of a struct.
func (e *emitter) structure(p *plan, s *structure) {
	name := s.typ.Name()
	if s.use.written {
		e.writer(s)
	}
	if s.use.fact || s.use.text || s.use.answer {
		e.imports["slices"] = true
		e.printf("\n// AppendJSON adds the JSON of v, as json.Marshal gives it.\n")
		e.printf("func (v %s) AppendJSON(b []byte) ([]byte, error) {\n", name)
		e.printf("w := jsontext.Writer{Buf: slices.Grow(b, %d)}\nv.WriteJSON(&w)\nreturn w.Buf, w.Err\n}\n", p.size(s.typ))
	}
	if s.use.answer {
		e.printf("\n// MarshalJSON lets encoding/json escape what it wants to have escaped.\n")
		e.printf("func (v %s) MarshalJSON() ([]byte, error) {\n", name)
		e.printf("w := jsontext.Writer{Buf: make([]byte, 0, %d), PlainHTML: true}\nv.WriteJSON(&w)\nreturn w.Buf, w.Err\n}\n", p.size(s.typ))
	}
	if s.use.read {
		e.reader(s)
	}
	if s.use.fact {
		e.imports[p.module+"/domain/fact"] = true
		e.printf("\n// DecodeFact reads what AppendJSON wrote.\n")
		e.printf("func (%s) DecodeFact(data []byte) (fact.Fact, error) {\n", name)
		e.printf("var v %s\nr := jsontext.NewReader(data)\nv.ReadJSON(&r)\n", name)
		e.printf("if err := r.End(); err != nil {\nreturn nil, err\n}\nreturn v, nil\n}\n")
	}
}

// writer is WriteJSON.
func (e *emitter) writer(s *structure) {
	e.printf("\n// WriteJSON adds the JSON of v.\nfunc (v *%s) WriteJSON(w *jsontext.Writer) {\n", s.typ.Name())
	first, pending := true, "{" // whether nothing was written for certain; what is to be written before the next value
	flush := func() {
		if pending != "" {
			e.printf("w.Verbatim(%s)\n", quote(pending))
			pending = ""
		}
	}
	for _, f := range s.fields {
		value := "v." + f.path
		if f.always() {
			switch {
			case first && pending == "{":
				pending += `"` + f.name + `":`
				flush()
			case first:
				e.printf("w.Name(%s)\n", quote(`"`+f.name+`":`))
			default:
				pending += `,"` + f.name + `":`
				flush()
			}
			e.write(f.typ, value, false)
			first = false
			continue
		}
		flush()
		var omit []string
		if f.omitEmpty && f.empty(value) != "" {
			omit = append(omit, f.empty(value))
		}
		if zero := ""; f.omitZero {
			if zero = f.zero(e, value); len(omit) == 0 || omit[0] != zero {
				omit = append(omit, zero)
			}
		}
		e.printf("if %s {\n", negate(strings.Join(omit, " || ")))
		if first {
			e.printf("w.Name(%s)\n", quote(`"`+f.name+`":`))
		} else {
			e.printf("w.Verbatim(%s)\n", quote(`,"`+f.name+`":`))
		}
		e.write(f.typ, value, true)
		e.printf("}\n")
	}
	pending += "}"
	flush()
	e.printf("}\n")
}

func quote(s string) string { return "`" + s + "`" }

// negate is the opposite of a condition, in the words one would write.
func negate(condition string) string {
	switch {
	case strings.Contains(condition, "||"):
		return "!(" + condition + ")"
	case strings.Contains(condition, " == "):
		return strings.Replace(condition, " == ", " != ", 1)
	case strings.HasPrefix(condition, "!"):
		return condition[1:]
	}
	return "!" + condition
}

// write is the code that adds a value, which cannot be nil where it is certain to be there.
func (e *emitter) write(t reflect.Type, value string, certain bool) {
	if l, known := leafOf(t); known {
		e.printf("%s\n", strings.ReplaceAll(l.write, "$", value))
		return
	}
	nullable := !certain && (t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer)
	if nullable {
		e.printf("if %s == nil {\nw.Verbatim(`null`)\n} else {\n", value)
	}
	switch t.Kind() {
	case reflect.String:
		e.printf("w.String(%s)\n", convert("string", t, value))
	case reflect.Bool:
		e.printf("w.Bool(%s)\n", convert("bool", t, value))
	case reflect.Slice:
		e.printf("w.Verbatim(`[`)\nfor i := range %s {\nif i > 0 {\nw.Verbatim(`,`)\n}\n", value)
		e.write(t.Elem(), value+"[i]", false)
		e.printf("}\nw.Verbatim(`]`)\n")
	case reflect.Pointer:
		e.write(t.Elem(), value, true)
	case reflect.Struct:
		e.printf("%s.WriteJSON(w)\n", value)
	default:
		if t.Kind() >= reflect.Uint {
			e.printf("w.Uint(%s)\n", convert("uint64", t, value))
		} else {
			e.printf("w.Int(%s)\n", convert("int64", t, value))
		}
	}
	if nullable {
		e.printf("}\n")
	}
}

// convert is a value as one of a basic type.
func convert(basic string, t reflect.Type, value string) string {
	if t.PkgPath() == "" && t.Name() == basic {
		return value
	}
	return basic + "(" + value + ")"
}

// reader is ReadJSON.
func (e *emitter) reader(s *structure) {
	name := s.typ.Name()
	names := strings.ToLower(name[:1]) + name[1:] + "Names"
	e.printf("\nvar %s = jsontext.Names{", names)
	for i, f := range s.fields {
		if i > 0 {
			e.printf(", ")
		}
		e.printf("%s", quote(`"`+f.name+`":`))
	}
	e.printf("}\n\n// ReadJSON reads what WriteJSON wrote into v, which must be empty.\nfunc (v *%s) ReadJSON(r *jsontext.Reader) {\n", name)
	e.printf("o := jsontext.Object{Names: %s}\n", names)
	if len(s.fields) == 0 {
		e.printf("o.Next(r) // no field is known, so it goes to the end\n}\n")
		return
	}
	e.printf("for o.Next(r) {\nswitch o.Field {\n")
	for i, f := range s.fields {
		e.printf("case %d:\n", i)
		e.read(f.typ, "v."+f.path)
		if i+1 < len(s.fields) { // the next field mostly follows, so its value is read without a search
			e.printf("if !o.Follows(r, %s, %d) {\ncontinue\n}\nfallthrough\n", quote(`,"`+s.fields[i+1].name+`":`), i+1)
		}
	}
	e.printf("}\n}\n}\n")
}

// read is the code that reads a value.
func (e *emitter) read(t reflect.Type, value string) {
	if expression := e.expression(t); expression != "" {
		e.printf("%s = %s\n", value, expression)
		return
	}
	if l, known := leafOf(t); known {
		e.printf("%s\n", strings.ReplaceAll(l.read, "$", value))
		return
	}
	switch t.Kind() {
	case reflect.Slice:
		elem := e.name(t.Elem())
		e.printf("var l jsontext.List\nfor l.Next(r) {\n")
		if expression := e.expression(t.Elem()); expression != "" {
			e.printf("%s = append(%s, %s)\n", value, value, expression)
		} else {
			e.printf("var e %s\n", elem)
			e.read(t.Elem(), "e")
			e.printf("%s = append(%s, e)\n", value, value)
		}
		e.printf("}\nif l.Empty {\n%s = []%s{}\n}\n", value, elem)
	case reflect.Pointer:
		e.printf("if !r.Null() {\n%s = new(%s)\n", value, e.name(t.Elem()))
		e.read(t.Elem(), value)
		e.printf("}\n")
	case reflect.Struct:
		e.printf("%s.ReadJSON(r)\n", value)
	}
}

// expression is what reads a value, where one expression does.
func (e *emitter) expression(t reflect.Type) string {
	if l, known := leafOf(t); known {
		assigned, _ := strings.CutPrefix(l.read, "$ = ")
		if assigned == l.read {
			return ""
		}
		return assigned
	}
	switch t.Kind() {
	case reflect.String:
		return e.converted(t, "string", "r.String()")
	case reflect.Bool:
		return e.converted(t, "bool", "r.Bool()")
	case reflect.Slice, reflect.Pointer, reflect.Struct:
		return ""
	}
	method, basic, bits := "Int", "int64", fmt.Sprint(t.Bits())
	if t.Kind() >= reflect.Uint {
		method, basic = "Uint", "uint64"
	}
	if t.Kind() == reflect.Int || t.Kind() == reflect.Uint {
		e.imports["strconv"] = true
		bits = "strconv.IntSize" // a type whose size is that of the machine
	}
	return e.converted(t, basic, fmt.Sprintf("r.%s(%s)", method, bits))
}

// converted is a value of a basic type as one of t.
func (e *emitter) converted(t reflect.Type, basic, value string) string {
	if t.PkgPath() == "" && t.Name() == basic {
		return value
	}
	return e.name(t) + "(" + value + ")"
}

// size is about how many bytes the JSON of a value takes.
func (p *plan) size(t reflect.Type) int {
	if l, known := leafOf(t); known {
		return l.size
	}
	switch t.Kind() {
	case reflect.String:
		return 18
	case reflect.Slice, reflect.Pointer:
		return 2 + p.size(t.Elem())
	case reflect.Struct:
		total := 2
		for _, f := range p.structs[t].fields {
			total += len(f.name) + 4 + p.size(f.typ)
		}
		return total
	}
	return 5
}
