package desk

import (
	"slices"
	"sync"

	"loanledger/domain/ident"
)

// Lenders is which lender has which book. Books are only ever added.
type Lenders struct {
	mu    sync.RWMutex
	books map[ident.Book]listed
}

type listed struct {
	lender string
	open   bool
}

// NewLenders is an empty directory.
func NewLenders() *Lenders { return &Lenders{books: map[ident.Book]listed{}} }

// Register says that a book is a lender's and about to be opened. Commands and questions by
// identifiers of the book are let through: another process may know already that it is open.
func (l *Lenders) Register(b ident.Book, lender string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.books[b] = listed{lender, l.books[b].open}
}

// Add says that a book is a lender's and open.
func (l *Lenders) Add(b ident.Book, lender string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.books[b] = listed{lender, true}
}

// OfBook is the code of the lender whose book it is, open or about to be.
func (l *Lenders) OfBook(b ident.Book) (string, bool) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	at, ok := l.books[b]
	return at.lender, ok
}

// Books is the open books of a lender, or of all where the code is empty, in the order of their
// numbers. The first one of a lender stays the first: numbers only grow.
func (l *Lenders) Books(lender string) []ident.Book {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var books []ident.Book
	for b, at := range l.books {
		if at.open && (lender == "" || at.lender == lender) {
			books = append(books, b)
		}
	}
	slices.Sort(books)
	return books
}
