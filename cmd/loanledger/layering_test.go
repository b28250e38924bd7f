package main_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// The repository keeps the rules of its house: which way imports point, what
// the domain must not touch, what lies at the top, how long a file may be.
func TestTheHouseKeepsItsRules(t *testing.T) {
	root := os.DirFS("../..")
	if _, err := fs.Stat(root, "go.mod"); err != nil {
		t.Fatalf("not at the root of the repository: %v", err)
	}
	findings, files, err := inspectHouse(root)
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Errorf("only %d Go files were read", files)
	}
	for _, f := range findings {
		t.Error(f)
	}
}

// Each made-up file breaks one rule, or none where want is empty; so the test
// above cannot be silent because its checks are.
func TestBrokenRulesAreFound(t *testing.T) {
	tests := []struct {
		name, path, source, want string
	}{
		{"domain, its libraries", "domain/loan/a.go", `import ("time"; "loanledger/domain/money"; "github.com/shopspring/decimal"; "github.com/google/uuid")`, ""},
		{"domain, another library", "domain/loan/a.go", `import "github.com/bojanz/currency"`, "imports github.com/bojanz/currency"},
		{"domain, a test's library", "domain/loan/a_test.go", `import "pgregory.net/rapid"`, ""},
		{"domain, the log", "domain/loan/a.go", `import "loanledger/eventstore"`, "imports loanledger/eventstore"},
		{"domain, the log in a test", "domain/loan/a_test.go", `import "loanledger/eventstore"`, "imports loanledger/eventstore"},
		{"domain, context", "domain/loan/a.go", `import "context"`, "imports context"},
		{"domain, files", "domain/loan/a.go", `import "os"`, "imports os"},
		{"domain, files in a test", "domain/loan/a_test.go", `import "os"`, ""},
		{"domain, network", "domain/a.go", `import "net/http"`, "imports net/http"},
		{"domain, log output", "domain/a.go", `import "log/slog"`, "imports log/slog"},
		{"domain, chance", "domain/a.go", `import "math/rand/v2"`, "imports math/rand/v2"},
		{"domain, clock", "domain/a.go", "import \"time\"\nvar x = time.Now()", "time.Now"},
		{"domain, clock under another name", "domain/a.go", "import clock \"time\"\nvar x = clock.Since", "time.Since"},
		{"domain, a date", "domain/a.go", "import \"time\"\nvar x = time.UTC", ""},
		{"domain, float", "domain/a.go", "func f(x float64) {}", "float64"},
		{"domain, float of a decimal", "domain/a.go", "import \"github.com/shopspring/decimal\"\nvar x = decimal.NewFromFloat", "NewFromFloat"},
		{"domain, float read from text", "domain/a.go", "import \"strconv\"\nvar x = strconv.ParseFloat", "strconv.ParseFloat"},
		{"domain, big float", "domain/a.go", "import \"math/big\"\nvar x big.Float\nvar y = big.ParseFloat", ""},
		{"domain, reading an address", "domain/a.go", `import "net/mail"`, ""},
		{"domain, float in a test", "domain/a_test.go", "var x float64", ""},
		{"log, itself", "eventstore/pgstore/a.go", `import "loanledger/eventstore"`, ""},
		{"log, domain", "eventstore/a.go", `import "loanledger/domain/loan"`, "imports loanledger/domain/loan"},
		{"log, projections", "eventstore/a.go", `import "loanledger/projections"`, "imports loanledger/projections"},
		{"log, a test database", "eventstore/pgstore/a_test.go", `import "loanledger/adapters/localpg/pgtest"`, ""},
		{"log, a test database in the program", "eventstore/pgstore/a.go", `import "loanledger/adapters/localpg/pgtest"`, "imports loanledger/adapters/localpg/pgtest"},
		{"log, an adapter in a test", "eventstore/pgstore/a_test.go", `import "loanledger/adapters/vault"`, "imports loanledger/adapters/vault"},
		{"projections, below", "projections/a.go", `import ("loanledger/domain/loan"; "loanledger/eventstore")`, ""},
		{"projections, an adapter", "projections/a.go", `import "loanledger/adapters/vault"`, "imports loanledger/adapters/vault"},
		{"projections, an adapter in a test", "projections/a_test.go", `import "loanledger/adapters/vault"`, ""},
		{"adapter, below and itself", "adapters/web/a.go", `import ("loanledger/projections"; "loanledger/domain/loan"; "loanledger/adapters/web/pages"; "loanledger/adapters/internal/localdir")`, ""},
		{"adapter, another", "adapters/web/a.go", `import "loanledger/adapters/vault"`, "imports loanledger/adapters/vault"},
		{"adapter, another with the same beginning", "adapters/web/a.go", `import "loanledger/adapters/website"`, "imports loanledger/adapters/website"},
		{"adapter, another in a test", "adapters/web/a_test.go", `import "loanledger/adapters/vault"`, ""},
		{"adapter, the command in a test", "adapters/web/a_test.go", `import "loanledger/cmd/loanledger"`, "imports loanledger/cmd/loanledger"},
		{"adapter, test servers in a test", "adapters/web/a_test.go", `import ("loanledger/adapters/localpg/pgtest"; "loanledger/adapters/localnats/natstest")`, ""},
		{"adapter, the command", "adapters/web/a.go", `import "loanledger/cmd/loanledger"`, "imports loanledger/cmd/loanledger"},
		{"test database, the schema", "adapters/localpg/pgtest/a.go", `import ("loanledger/adapters/schema"; "loanledger/adapters/localpg")`, ""},
		{"private server, the schema", "adapters/localpg/a.go", `import "loanledger/adapters/schema"`, "imports loanledger/adapters/schema"},
		{"shared ground of adapters", "adapters/internal/faults/a.go", `import ("loanledger/domain/fact"; "loanledger/eventstore")`, ""},
		{"shared ground of adapters, an adapter", "adapters/internal/faults/a.go", `import "loanledger/adapters/bus"`, "imports loanledger/adapters/bus"},
		{"command, everything", "cmd/loanledger/a.go", `import ("loanledger/adapters/vault"; "loanledger/domain/loan")`, ""},
		{"command, a test database", "cmd/loanledger/a.go", `import "loanledger/adapters/localpg/pgtest"`, "imports loanledger/adapters/localpg/pgtest"},
		{"command, a test database in a test", "cmd/loanledger/a_test.go", `import "loanledger/adapters/localpg/pgtest"`, ""},
		{"the longest file", "projections/a.go", strings.Repeat("//\n", longestFile-1), ""},
		{"too long", "projections/a.go", strings.Repeat("//\n", longestFile), "has 301 lines"},
		{"too long a test", "projections/a_test.go", strings.Repeat("//\n", longestFile), ""},
		{"too long, generated", "adapters/web/a.go", "// Code generated by a tool. DO NOT EDIT.\n" + strings.Repeat("//\n", longestFile), ""},
		{"a folder at the top", "pkg/a.go", "", "top level: pkg"},
		{"a file at the top", "main.go", "", "top level: main.go"},
		{"not Go", "domain/a.go", "func {", "expected"},
	}
	for _, tt := range tests {
		house := fstest.MapFS{
			"go.mod":     &fstest.MapFile{Data: []byte("module loanledger\n")},
			".gitignore": &fstest.MapFile{Data: []byte("/bin/\n")},
			"bin/x":      &fstest.MapFile{},
			tt.path:      &fstest.MapFile{Data: []byte("package a\n" + tt.source)},
		}
		if strings.HasPrefix(tt.source, "// Code generated") {
			house[tt.path].Data = []byte(strings.Replace(tt.source, "\n", "\npackage a\n", 1))
		}
		findings, files, err := inspectHouse(house)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if files != 1 {
			t.Errorf("%s: %d files were read", tt.name, files)
		}
		found := slices.ContainsFunc(findings, func(f string) bool { return tt.want != "" && strings.Contains(f, tt.want) })
		if tt.want == "" && len(findings) > 0 || tt.want != "" && (!found || len(findings) != 1) {
			t.Errorf("%s: want %q, got %q", tt.name, tt.want, findings)
		}
	}
}
