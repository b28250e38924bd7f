package chaos

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"loanledger/adapters/schema"
	"loanledger/adapters/vault"
	"loanledger/domain/book"
	"loanledger/domain/product"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
	"loanledger/projections"
)

// memberVariable makes the test binary a process of a campaign: an honest one, or one that lies.
const memberVariable = "CHAOS_TEST_MEMBER"

func TestMain(m *testing.M) {
	if kind := os.Getenv(memberVariable); kind != "" && len(os.Args) > 1 && os.Args[1] == "member" {
		through := func(role string, log eventstore.Log) eventstore.Log {
			if lying := lies[kind].logs[role]; lying != nil {
				return lying(log)
			}
			return log
		}
		if err := serveMember(context.Background(), os.Stdin, os.Stdout, through); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// options is a campaign whose processes are this test binary.
func options(t *testing.T, kind string) Options {
	t.Helper()
	t.Setenv(memberVariable, kind)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	lender, err := book.ParseLender(read(t, "../../lenders/smartcash.json"))
	if err != nil {
		t.Fatal(err)
	}
	sold, err := product.Parse(read(t, "../../samples/smartcash-payday.json"))
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Program: []string{self, "member"},
		Tables: []schema.Set{
			{Name: "eventstore", FS: pgstore.Migrations}, {Name: "vault", FS: vault.Migrations}, {Name: "projections", FS: projections.Migrations},
		},
		Lender: lender, Product: sold, Seed: 1, Progress: func(said string) { t.Log(said) },
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// A short campaign finds nothing, and is no idle one.
func TestCampaign(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	o := options(t, "honest")
	o.Seconds, o.Seed = 6, seedOf(t)
	report, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range report.Found {
		t.Errorf("seed %d: %s: %s", o.Seed, v.Check, v.Detail)
	}
	t.Logf("%+v", report)
	if report.Operations < 150 || report.Acknowledged < 60 || report.Refused < 10 || report.Faults < 6 || report.Checks != len(checks) || report.Events < 60 {
		t.Errorf("too little happened to say anything: %+v", report)
	}
	left, err := filepath.Glob(filepath.Join(os.Getenv("TMPDIR"), "loanledger-chaos-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// seedOf is a seed that the test's output tells; another one each time, unless it is given.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	seed := uint64(os.Getpid())
	if given := os.Getenv("CHAOS_TEST_SEED"); given != "" {
		if _, err := fmt.Sscan(given, &seed); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d", seed)
	return seed
}

// One that is broken off says so, and leaves nothing behind either.
func TestInterrupted(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	o := options(t, "honest")
	o.Seconds = 10
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	said := 0
	o.Progress = func(string) {
		if said++; said == 5 {
			cancel()
		}
	}
	if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}
