// Package codec writes the Go code by which events, commands and answers read and write themselves
// as JSON, from their types. The bytes are those of encoding/json, without its reflection.
//
// A type that it does not know how to handle is an error, never left to something slower.
package codec

import (
	"bytes"
	"fmt"
	"go/format"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Tag is the build tag that leaves generated code out, so that types can be generated for while what
// was generated for them before no longer fits.
const Tag = "codecgen"

// Roots are the values for whose types code is written; what is in them does not count. All are
// structs of this module. The structs inside them get the same code, in their own packages.
type Roots struct {
	// Facts are events: they get AppendJSON, and DecodeFact to be read as a fact.
	Facts []any
	// Texts are read and written by other means than facts: they get AppendJSON and ReadJSON.
	Texts []any
	// Answers are only written, by AppendJSON and MarshalJSON.
	Answers []any
}

// Generate is the Go files of the roots' packages, by import path. Errors name the type or the field
// that cannot be handled.
func Generate(roots Roots, module string) (map[string][]byte, error) {
	p := &plan{module: module, structs: map[reflect.Type]*structure{}}
	for _, part := range []struct {
		values []any
		as     use
	}{
		{roots.Facts, use{written: true, read: true, fact: true}},
		{roots.Texts, use{written: true, read: true, text: true}},
		{roots.Answers, use{written: true, answer: true}},
	} {
		for _, v := range part.values {
			if err := p.add(reflect.TypeOf(v), part.as); err != nil {
				return nil, err
			}
		}
	}
	files := map[string][]byte{}
	for _, path := range p.packages() {
		source, err := p.file(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		files[path] = source
	}
	return files, nil
}

// use is what code a type needs.
type use struct{ written, read, fact, text, answer bool }

func (u use) with(v use) use {
	return use{u.written || v.written, u.read || v.read, u.fact || v.fact, u.text || v.text, u.answer || v.answer}
}

// structure is a struct and its fields as they stand in JSON.
type structure struct {
	typ    reflect.Type
	use    use
	fields []field
}

// plan is what is to be generated.
type plan struct {
	module  string
	structs map[reflect.Type]*structure
}

// add plans code for a struct and for those inside it.
func (p *plan) add(t reflect.Type, as use) error {
	if t.Kind() != reflect.Struct || t.Name() == "" || !p.own(t.PkgPath()) {
		return fmt.Errorf("%s is not a named struct of this module", t)
	}
	s := p.structs[t]
	if s == nil {
		fields, err := fieldsOf(t)
		if err != nil {
			return err
		}
		s = &structure{typ: t, fields: fields}
		p.structs[t] = s
	} else if s.use == s.use.with(as) {
		return nil
	}
	s.use = s.use.with(as)
	for _, f := range s.fields {
		if err := p.inside(f.typ, use{written: as.written, read: as.read}); err != nil {
			return fmt.Errorf("%s.%s: %w", t, f.path, err)
		}
	}
	return nil
}

// inside plans code for the structs that a field holds, and refuses what cannot be handled.
func (p *plan) inside(t reflect.Type, as use) error {
	if l, known := leafOf(t); known {
		if as.read && l.read == "" {
			return fmt.Errorf("%s can be written, and not read", t)
		}
		return nil
	}
	if name := ownJSON(t); name != "" && !p.generatedFor(t) {
		return fmt.Errorf("%s has %s of its own", t, name)
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return nil
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 || t.Elem().Kind() == reflect.Slice {
			return fmt.Errorf("%s cannot be handled", t)
		}
		return p.inside(t.Elem(), as)
	case reflect.Pointer:
		if t.Elem().Kind() != reflect.Struct {
			return fmt.Errorf("%s cannot be handled", t)
		}
		return p.inside(t.Elem(), as)
	case reflect.Struct:
		return p.add(t, as)
	}
	return fmt.Errorf("%s cannot be handled", t)
}

// generatedFor tells types that have JSON methods because they were generated.
func (p *plan) generatedFor(t reflect.Type) bool {
	s := p.structs[t]
	return s != nil && s.use.answer
}

// own tells the packages of this module.
func (p *plan) own(path string) bool { return strings.HasPrefix(path, p.module+"/") }

// packages is the import paths for which there is a file to write.
func (p *plan) packages() []string {
	paths := map[string]bool{}
	for t := range p.structs {
		paths[t.PkgPath()] = true
	}
	return slices.Sorted(maps.Keys(paths))
}

// file is the Go file of a package.
func (p *plan) file(path string) ([]byte, error) {
	var types []*structure
	for t, s := range p.structs {
		if t.PkgPath() == path {
			types = append(types, s)
		}
	}
	slices.SortFunc(types, func(a, b *structure) int { return strings.Compare(a.typ.Name(), b.typ.Name()) })
	e := &emitter{pkg: path, imports: map[string]bool{p.module + "/domain/fact/jsontext": true}}
	for _, s := range types {
		e.structure(p, s)
	}
	var out bytes.Buffer
	name := path[strings.LastIndexByte(path, '/')+1:]
	fmt.Fprintf(&out, "//go:build !%s\n\n// Code generated from the types of this package; DO NOT EDIT.\n\npackage %s\n\nimport (\n", Tag, name)
	for _, group := range []func(string) bool{
		func(path string) bool { return !strings.Contains(path, ".") && !p.own(path) }, // the standard library
		p.own,
		func(path string) bool { return strings.Contains(path, ".") },
	} {
		for _, imported := range slices.Sorted(maps.Keys(e.imports)) {
			if group(imported) {
				fmt.Fprintf(&out, "%q\n", imported)
			}
		}
		out.WriteByte('\n')
	}
	out.WriteString(")\n")
	out.Write(e.code.Bytes())
	return format.Source(out.Bytes())
}
