package vault_test

import (
	"bytes"
	"testing"

	"github.com/google/uuid"

	"loanledger/adapters/vault"
)

// benchmarkPlain is about as long as a questionnaire.
var benchmarkPlain = bytes.Repeat([]byte("personal"), 128)

func BenchmarkSealWarm(b *testing.B) {
	v := vault.New(testPool(b), testMaster(b, 1))
	if err := v.Check(b.Context(), 1); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(benchmarkPlain)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Seal(b.Context(), 1, somebody, "x", benchmarkPlain); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenWarm(b *testing.B) {
	v := vault.New(testPool(b), testMaster(b, 1))
	sealed, err := v.Seal(b.Context(), 1, somebody, "x", benchmarkPlain)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(benchmarkPlain)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Open(b.Context(), 1, somebody, "x", sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSealNewSubject(b *testing.B) {
	v := vault.New(testPool(b), testMaster(b, 1))
	for b.Loop() {
		if _, err := v.Seal(b.Context(), 1, uuid.New(), "x", benchmarkPlain); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenCold(b *testing.B) {
	pool := testPool(b)
	sealed, err := vault.New(pool, testMaster(b, 1)).Seal(b.Context(), 1, somebody, "x", benchmarkPlain)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := vault.New(pool, testMaster(b, 1)).Open(b.Context(), 1, somebody, "x", sealed); err != nil {
			b.Fatal(err)
		}
	}
}
