package loan_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"loanledger/domain/fact"
	"loanledger/domain/loan"
)

// storedLife is a loan of about twenty events, as the log has it.
func storedLife(t testing.TB) (facts []fact.Fact, log []fact.Stored) {
	tt, is := t.(*testing.T)
	if !is {
		tt = &testing.T{}
	}
	l := paidOut(tt, "2026-11-02", "10000.00", smartcash)
	for n := 1; n <= 4; n++ {
		l.day(14*n - 2).does(loan.Repay{Amount: "700.00", Ref: "payment"}).day(14 * n).does(loan.Repay{Amount: "900.00", Ref: "payment", From: "guarantor"})
	}
	l.day(60).does(loan.Repay{Amount: "500.00"}).day(70).does(loan.Repay{Amount: "500.00"}).day(90).does(loan.Repay{Amount: "30000.00"})
	for _, f := range l.facts {
		s, err := loan.Kinds.Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		log = append(log, s)
	}
	return l.facts, log
}

// BenchmarkLife is what a loan of about twenty events costs in the log; each figure is for all of
// them. The events are encoded and decoded by their generated code and by encoding/json.
func BenchmarkLife(b *testing.B) {
	facts, log := storedLife(b)
	bytes := 0
	for _, s := range log {
		bytes += len(s.Data)
	}
	run := func(name string, each func(i int)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(bytes))
			for range b.N {
				for i := range log {
					each(i)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(log)), "ns/event")
		})
	}
	run("encode", func(i int) {
		if _, err := loan.Kinds.Encode(facts[i]); err != nil {
			b.Fatal(err)
		}
	})
	run("encode_reflect", func(i int) {
		if _, err := json.Marshal(facts[i]); err != nil {
			b.Fatal(err)
		}
	})
	run("decode", func(i int) {
		if _, err := loan.Kinds.Decode(log[i].Type, log[i].Schema, log[i].Data); err != nil {
			b.Fatal(err)
		}
	})
	run("decode_reflect", func(i int) {
		into := reflect.New(reflect.TypeOf(facts[i]))
		if err := json.Unmarshal(log[i].Data, into.Interface()); err != nil {
			b.Fatal(err)
		}
	})
	var s loan.State
	run("fold", func(i int) {
		if i == 0 {
			s = loan.State{}
		}
		s = s.Fold(facts[i])
	})
	run("decode_fold", func(i int) {
		if i == 0 {
			s = loan.State{}
		}
		f, err := loan.Kinds.Decode(log[i].Type, log[i].Schema, log[i].Data)
		if err != nil {
			b.Fatal(err)
		}
		s = s.Fold(f)
	})
}
