package ledger

import (
	"crypto/sha256"
	"maps"
	"slices"

	"loanledger/domain/book"
	"loanledger/domain/borrower"
	"loanledger/domain/chart"
	"loanledger/domain/date"
	"loanledger/domain/fact"
	"loanledger/domain/ident"
	"loanledger/domain/loan"

	"github.com/google/uuid"
)

// Memory is a book in memory, in which the same decisions are made as in the service. Stories and
// properties are tried on it. It is not safe for concurrent use.
type Memory struct {
	number    ident.Book
	commands  int
	business  date.Date
	books     book.State
	loans     map[uuid.UUID]loan.State
	borrowers map[uuid.UUID]borrower.State
	log       []Logged
	journals  map[uuid.UUID]*journal
}

// Logged is an event in the order in which it was recorded.
type Logged struct {
	Stream uuid.UUID
	Fact   fact.Fact
}

// NewMemory is an empty book on a first business date.
func NewMemory(number ident.Book, on date.Date) *Memory {
	return &Memory{
		number: number, business: on,
		loans: map[uuid.UUID]loan.State{}, borrowers: map[uuid.UUID]borrower.State{}, journals: map[uuid.UUID]*journal{},
	}
}

// Business is the open business date.
func (m *Memory) Business() date.Date { return m.business }

// State is a loan as it stands.
func (m *Memory) State(id uuid.UUID) loan.State { return m.loans[id] }

// Log is every event so far.
func (m *Memory) Log() []Logged { return m.log }

// Do carries a command out, and tells what it recorded. The command has an identifier of its own,
// by which what it creates is found.
func (m *Memory) Do(command uuid.UUID, name string, target uuid.UUID, body any) ([]Logged, error) {
	entry, err := Lookup(name)
	if err != nil {
		return nil, err
	}
	w := &work{memory: m, loans: map[uuid.UUID]loan.State{}, borrowers: map[uuid.UUID]borrower.State{}, books: m.books, next: m.business}
	at := Moment{On: m.business, Book: m.number, Command: command}
	if err := Handle(w, at, Command{Entry: entry, Target: target, Body: body}); err != nil {
		return nil, err
	}
	maps.Copy(m.loans, w.loans)
	maps.Copy(m.borrowers, w.borrowers)
	m.books, m.business = w.books, w.next
	m.log = append(m.log, w.log...)
	for _, l := range w.log {
		if refusal, is := l.Fact.(interface{ Refusal() error }); is {
			return w.log, refusal.Refusal()
		}
	}
	return w.log, nil
}

// NextCommand is an identifier for a command, the same in every run.
func (m *Memory) NextCommand() uuid.UUID {
	m.commands++
	sum := sha256.Sum256([]byte{byte(m.commands >> 16), byte(m.commands >> 8), byte(m.commands)})
	return ident.Derive(m.number, "command", sum[:])
}

// CloseDay ends the business date: first for every loan, then for the book.
func (m *Memory) CloseDay() ([]Logged, error) {
	var all []Logged
	ids := slices.SortedFunc(maps.Keys(m.loans), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	for _, id := range ids {
		logged, err := m.Do(m.NextCommand(), "loan.close_day", id, &loan.CloseDay{Date: m.business})
		if err != nil {
			return all, err
		}
		all = append(all, logged...)
	}
	logged, err := m.Do(m.NextCommand(), "book.close_day", uuid.Nil, &CloseDay{Date: m.business, Loans: len(all)})
	return append(all, logged...), err
}

// JournalLine is a line of the journal, with the date it counts from and the transaction it belongs to.
type JournalLine struct {
	Date date.Date `json:"date"`
	Ref  string    `json:"ref"`
	chart.Line
}

// journal is the journal of a loan as far as it has been written from the log.
type journal struct {
	read  int // of the log
	state loan.State
	lines []JournalLine
}

// Journal is the postings of a loan: those of its events, and the income of every day that was closed.
func (m *Memory) Journal(id uuid.UUID) []JournalLine {
	j := m.journals[id]
	if j == nil {
		j = &journal{}
		m.journals[id] = j
	}
	for _, l := range m.log[j.read:] {
		if closed, is := l.Fact.(book.DayClosed); is {
			j.post(closed.On, "accrual-"+closed.On.String(), chart.IncomeOfDay(j.state.Currency, j.state.IncomeOfDay(closed.On)))
		}
		if l.Stream != id {
			continue
		}
		j.state = j.state.Fold(l.Fact)
		if posted := chart.Postings(l.Fact); len(posted) > 0 {
			last := j.state.Transactions[len(j.state.Transactions)-1]
			j.post(last.Date, last.Ref, posted)
		}
	}
	j.read = len(m.log)
	return slices.Clone(j.lines)
}

func (j *journal) post(on date.Date, ref string, posted []chart.Line) {
	for _, l := range posted {
		j.lines = append(j.lines, JournalLine{Date: on, Ref: ref, Line: l})
	}
}

// work is what one command reads and writes; it is thrown away when the command is refused.
type work struct {
	memory    *Memory
	loans     map[uuid.UUID]loan.State
	borrowers map[uuid.UUID]borrower.State
	books     book.State
	next      date.Date
	log       []Logged
}

func (w *work) Loan(id uuid.UUID) (loan.State, error) {
	if s, changed := w.loans[id]; changed {
		return s, nil
	}
	return w.memory.loans[id], nil
}

func (w *work) Borrower(id uuid.UUID) (borrower.State, error) {
	if s, changed := w.borrowers[id]; changed {
		return s, nil
	}
	return w.memory.borrowers[id], nil
}

func (w *work) Book() (book.State, error) { return w.books, nil }

func (w *work) RecordLoan(id uuid.UUID, facts ...fact.Fact) error {
	s, err := w.Loan(id)
	for _, f := range facts {
		s = s.Fold(f)
		w.log = append(w.log, Logged{id, f})
	}
	w.loans[id] = s
	return err
}

func (w *work) RecordBorrower(id uuid.UUID, facts ...fact.Fact) error {
	s, err := w.Borrower(id)
	for _, f := range facts {
		s = s.Fold(f)
		w.log = append(w.log, Logged{id, f})
	}
	w.borrowers[id] = s
	return err
}

func (w *work) RecordBook(facts ...fact.Fact) error {
	for _, f := range facts {
		w.books = w.books.Fold(f)
		w.log = append(w.log, Logged{book.StreamOf(w.memory.number), f})
	}
	return nil
}

func (w *work) BeginDay(d date.Date) { w.next = d }
