// Package facttest holds the events of a package against frozen examples of how they are stored.
//
// An example is a file <type>.v<schema>.json with the exact bytes of one event, and every version
// that was ever stored has one, for ever. What is wrong with the examples is answered in words, so
// that the checks themselves can be tested.
package facttest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"reflect"
	"slices"
	"strings"

	"loanledger/domain/fact"
)

// Problems is what is wrong with the frozen examples in a directory; nothing, when
//   - every version of every kind has an example, and every file is the example of one,
//   - every example decodes, and today's versions encode again to the same bytes,
//   - no example leaves a field out, so that a field that is added later is noticed,
//   - the personal part of a kind that has one stands in a file of its own,
//     <type>.v<schema>.personal.json.
func Problems(kinds fact.Kinds, dir fs.FS) (problems []string) {
	wrong := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	files, err := fs.Glob(dir, "*")
	if err != nil {
		wrong("%v", err)
	}
	for _, k := range kinds {
		for v := int16(1); v <= k.Schema; v++ {
			name := fmt.Sprintf("%s.v%d.json", k.Type, v)
			files = slices.DeleteFunc(files, func(f string) bool { return f == name })
			f, problem := example(kinds, k, v, dir, name)
			if problem != "" {
				wrong("%s: %s", name, problem)
				continue
			}
			personal, has := f.(fact.Personal)
			if !has || v < k.Schema {
				continue
			}
			name = strings.TrimSuffix(name, ".json") + ".personal.json"
			files = slices.DeleteFunc(files, func(f string) bool { return f == name })
			if problem := personalExample(personal, dir, name); problem != "" {
				wrong("%s: %s", name, problem)
			}
		}
	}
	for _, f := range files {
		wrong("%s: it is not the example of any event", f)
	}
	slices.Sort(problems)
	return problems
}

func example(kinds fact.Kinds, k fact.Kind, version int16, dir fs.FS, name string) (f fact.Fact, problem string) {
	stored, err := fs.ReadFile(dir, name)
	if err != nil {
		return nil, err.Error()
	}
	stored = bytes.TrimSuffix(stored, []byte("\n"))
	if f, err = kinds.Decode(k.Type, version, stored); err != nil {
		return nil, err.Error()
	}
	if version < k.Schema {
		return f, ""
	}
	again, err := kinds.Encode(f)
	switch {
	case err != nil:
		return f, err.Error()
	case !bytes.Equal(again.Data, stored):
		return f, fmt.Sprintf("it is written again as %s", again.Data)
	}
	return f, leftOut(reflect.ValueOf(f), k.Type)
}

func personalExample(p fact.Personal, dir fs.FS, name string) string {
	stored, err := fs.ReadFile(dir, name)
	if err != nil {
		return err.Error()
	}
	stored = bytes.TrimSuffix(stored, []byte("\n"))
	part := p.NewPart()
	if err := json.Unmarshal(stored, part); err != nil {
		return err.Error()
	}
	again, err := part.(fact.Text).AppendJSON(nil)
	switch {
	case err != nil:
		return err.Error()
	case !bytes.Equal(again, stored):
		return fmt.Sprintf("it is written again as %s", again)
	}
	return leftOut(reflect.ValueOf(part).Elem(), "the personal part")
}

// leftOut names the first field that an example has no value for.
func leftOut(v reflect.Value, path string) string {
	if v.IsZero() {
		return path + " has no value in the example"
	}
	if z, is := v.Interface().(interface{ IsZero() bool }); is && z.IsZero() {
		return path + " is zero in the example"
	}
	switch v.Kind() {
	case reflect.Pointer:
		return leftOut(v.Elem(), path)
	case reflect.Slice:
		if v.Len() == 0 {
			return path + " is empty in the example"
		}
		return leftOut(v.Index(0), path+"[0]")
	case reflect.Struct:
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() || field.Tag.Get("json") == "-" {
				continue
			}
			if problem := leftOut(v.Field(i), path+"."+field.Name); problem != "" {
				return problem
			}
		}
	}
	return ""
}
