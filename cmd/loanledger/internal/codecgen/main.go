// Command codecgen writes the code by which events, commands and answers read and write themselves as
// JSON: a file codec.go in each package of the domain that has such types. It is run by go generate.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/fact"
	"loanledger/domain/fact/codec"
	"loanledger/domain/ledger"
	"loanledger/domain/loan"
)

//go:generate go run -tags codecgen .

const (
	module = "loanledger"
	root   = "../../../.." // of the module, from this directory
	file   = "codec.go"
)

func main() {
	if err := write(); err != nil {
		fmt.Fprintln(os.Stderr, "codecgen:", err)
		os.Exit(1)
	}
}

func write() error {
	files, err := codec.Generate(roots(), module)
	if err != nil {
		return err
	}
	for path, source := range files {
		if err := os.WriteFile(place(path), source, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// place is where the file of a package stands.
func place(importPath string) string {
	return filepath.Join(root, strings.TrimPrefix(importPath, module+"/"), file)
}

// roots is every event with its personal part, the body of every command, and every answer.
func roots() codec.Roots {
	r := codec.Roots{Answers: []any{ledger.LoanAnswer{}, ledger.CertificateAnswer{}, ledger.BookAnswer{}}}
	for _, kinds := range []fact.Kinds{loan.Kinds, borrower.Kinds, book.Kinds} {
		for _, k := range kinds {
			r.Facts = append(r.Facts, k.Zero)
		}
	}
	for _, e := range ledger.Catalogue {
		r.Texts = append(r.Texts, reflect.ValueOf(e.NewBody()).Elem().Interface())
	}
	r.Texts = append(r.Texts, borrower.Person{})
	slices.SortFunc(r.Facts, func(a, b any) int { return strings.Compare(fmt.Sprintf("%T", a), fmt.Sprintf("%T", b)) })
	return r
}
