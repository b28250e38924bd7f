package desk

import (
	"slices"
	"sync"

	"loanledger/domain/ident"
)

// Lenders is which lender has which book. Books are only ever added.
type Lenders struct {
	mu    sync.RWMutex
	books map[ident.Book]string
}

// NewLenders is an empty directory.
func NewLenders() *Lenders { return &Lenders{books: map[ident.Book]string{}} }

// Add says that a book is a lender's.
func (l *Lenders) Add(b ident.Book, lender string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.books[b] = lender
}

// OfBook is the code of the lender whose book it is.
func (l *Lenders) OfBook(b ident.Book) (string, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	code, ok := l.books[b]
	return code, ok
}

// Books is the books of a lender, or of all where the code is empty, in the order of their numbers.
func (l *Lenders) Books(lender string) []ident.Book {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var books []ident.Book
	for b, code := range l.books {
		if lender == "" || code == lender {
			books = append(books, b)
		}
	}
	slices.Sort(books)
	return books
}
