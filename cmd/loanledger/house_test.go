package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

const (
	module      = "loanledger"
	longestFile = 300
)

// topLevel is all that may lie at the root of the repository, besides what
// .gitignore names there.
var topLevel = []string{
	"cmd", "domain", "eventstore", "projections", "adapters",
	"go.mod", "go.sum", "README.md", "LICENSE",
	"Makefile", "compose.yaml", "Dockerfile", "staticcheck.conf", ".ci",
	".git", ".gitignore", ".gitattributes", ".dockerignore", ".editorconfig", ".golangci.yml", ".github",
}

// sourceFile is a Go file and where it stands in the house.
type sourceFile struct {
	path string
	test bool // a test file, or a file of a package that is only for tests
	ast  *ast.File
}

// inspectHouse answers what breaks the rules, and how many Go files it read.
func inspectHouse(root fs.FS) (findings []string, files int, err error) {
	if findings, err = strayEntries(root); err != nil {
		return nil, 0, err
	}
	err = fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if base := entry.Name(); name != "." && (strings.HasPrefix(base, ".") || base == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		files++
		source, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		findings = append(findings, inspectFile(name, source)...)
		return nil
	})
	return findings, files, err
}

// strayEntries finds what has no place at the top.
func strayEntries(root fs.FS) ([]string, error) {
	entries, err := fs.ReadDir(root, ".")
	if err != nil {
		return nil, err
	}
	ignore, err := fs.ReadFile(root, ".gitignore")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	allowed := slices.Clone(topLevel)
	for line := range strings.Lines(string(ignore)) {
		if name, atTop := strings.CutPrefix(strings.TrimSpace(line), "/"); atTop {
			allowed = append(allowed, strings.TrimSuffix(name, "/"))
		}
	}
	var findings []string
	for _, e := range entries {
		if !slices.Contains(allowed, e.Name()) {
			findings = append(findings, fmt.Sprintf("top level: %s has no place there", e.Name()))
		}
	}
	return findings, nil
}

func inspectFile(name string, source []byte) []string {
	parsed, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	f := sourceFile{path: name, test: strings.HasSuffix(name, "_test.go") || onlyForTests(path.Dir(name)), ast: parsed}
	var findings []string
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			findings = append(findings, fmt.Sprintf("%s: %v", name, err))
		} else if !f.mayImport(imported) {
			findings = append(findings, fmt.Sprintf("%s imports %s", name, imported))
		}
	}
	if f.area() == "domain" && !f.test {
		findings = append(findings, f.impurities()...)
	}
	lines := bytes.Count(source, []byte("\n"))
	if lines > longestFile && !f.test && !ast.IsGenerated(parsed) {
		findings = append(findings, fmt.Sprintf("%s has %d lines, more than %d", name, lines, longestFile))
	}
	return findings
}

// onlyForTests tells packages that give tests what they need (pgtest,
// natstest, storetest); their files count as tests.
func onlyForTests(dir string) bool { return strings.HasSuffix(path.Base(dir), "test") }

func (f sourceFile) area() string {
	area, _, _ := strings.Cut(f.path, "/")
	return area
}

// adapter is the name of the adapter that a directory belongs to.
func adapter(dir string) string {
	below, _ := strings.CutPrefix(dir, "adapters/")
	name, _, _ := strings.Cut(below, "/")
	return name
}

// mayImport holds the one way that imports point.
func (f sourceFile) mayImport(imported string) bool {
	dir, own := strings.CutPrefix(imported, module+"/")
	if !own {
		return f.area() != "domain" || f.test || pure(imported)
	}
	if onlyForTests(dir) {
		return f.test
	}
	area, _, _ := strings.Cut(dir, "/")
	switch f.area() {
	case "domain", "eventstore":
		return area == f.area()
	case "projections":
		return area == "domain" || area == "eventstore" || area == "projections" || area == "adapters" && f.test
	case "adapters":
		return f.adapterMayImport(area, dir)
	default:
		return true
	}
}

func (f sourceFile) adapterMayImport(area, dir string) bool {
	here := adapter(path.Dir(f.path))
	switch {
	case here == "internal":
		return area == "domain" || area == "eventstore" || area == "adapters" && adapter(dir) == "internal"
	case area == "domain" || area == "eventstore" || area == "projections":
		return true
	case area != "adapters":
		return false
	case f.test:
		return true // a test may join an adapter with the neighbours that cmd wires it to
	default:
		return adapter(dir) == here || adapter(dir) == "internal"
	}
}

// impure are the packages of the standard library by which input, output, time
// and chance would come into a decision.
var impure = []string{
	"context", "crypto/rand", "database", "io/ioutil", "log", "math/rand", "net", "os", "plugin", "runtime", "syscall", "testing",
}

// pureInside are packages that only read text, although their parents do more.
var pureInside = []string{"net/mail", "net/netip", "net/url"}

// pure tells whether the domain may import a package of others.
func pure(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	if strings.Contains(first, ".") {
		return imported == "github.com/shopspring/decimal" || imported == "github.com/google/uuid"
	}
	return slices.Contains(pureInside, imported) || !slices.ContainsFunc(impure, func(p string) bool { return imported == p || strings.HasPrefix(imported, p+"/") })
}

// clockReaders are the functions of package time that depend on when they run.
var clockReaders = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

// machineFloats are the types of binary floating point, and the ways to and
// from them; big.Float has a precision that its user states.
var machineFloats = []string{
	"float32", "float64", "Float32", "Float64", "NewFromFloat", "NewFromFloat32", "InexactFloat64", "SetFloat64",
}

// impurities finds machine floats and looks at the clock.
func (f sourceFile) impurities() []string {
	clock := "time"
	for _, spec := range f.ast.Imports {
		if spec.Path.Value == `"time"` && spec.Name != nil {
			clock = spec.Name.Name
		}
	}
	var findings []string
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if slices.Contains(machineFloats, n.Name) {
				findings = append(findings, fmt.Sprintf("%s: %s in the domain", f.path, n.Name))
			}
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			switch {
			case ok && x.Name == clock && slices.Contains(clockReaders, n.Sel.Name):
				findings = append(findings, fmt.Sprintf("%s: time.%s in the domain", f.path, n.Sel.Name))
			case ok && x.Name == "strconv" && n.Sel.Name == "ParseFloat":
				findings = append(findings, fmt.Sprintf("%s: strconv.ParseFloat in the domain", f.path))
			}
		}
		return true
	})
	return findings
}
