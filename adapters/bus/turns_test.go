package bus_test

import (
	"sync"
	"testing"
	"time"

	"loanledger/domain/ident"
	"loanledger/eventstore"
)

// The books of one lender are published by turns, without looking for the end of the stream each time.
func TestBooksOfALenderTakeTurns(t *testing.T) {
	s := newScene(t, directory{1: "smartcash", 2: "smartcash", 3: "smartcash"})
	s.publish()
	load(s, 3, 60)
	s.exactlyOnce()
	overlaps := 0.0
	for _, book := range []string{"1", "2", "3"} {
		overlaps += s.metric("loanledger_publisher_restarts_total", book, "overlap")
	}
	if overlaps > 3 { // each may begin with one
		t.Errorf("%v runs of 180 and more did not begin at the end of the stream", overlaps)
	}
}

// Two processes that publish a book each of one lender get in each other's way, and yet publish all.
func TestBooksOfALenderInTwoProcesses(t *testing.T) {
	s := newScene(t, directory{1: "smartcash", 2: "smartcash"})
	both := s.books
	s.books = directory{1: "smartcash"}
	s.publish()
	s.books = directory{2: "smartcash"}
	s.publish()
	s.books = both
	load(s, 2, 40)
	s.exactlyOnce()
}

// load adds to books at the same time, little by little.
func load(s *scene, books, times int) {
	var writers sync.WaitGroup
	for b := range books {
		writers.Go(func() {
			for range times {
				s.append(eventstore.Book(ident.Book(b+1)), 30)
				time.Sleep(20 * time.Millisecond)
			}
		})
	}
	writers.Wait()
}
