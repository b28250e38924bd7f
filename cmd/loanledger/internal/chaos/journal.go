package chaos

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/eventstore"

	"github.com/google/uuid"
)

// try is an order that was given once, and what came of it.
type try struct {
	order    order
	post     string
	given    time.Duration // since the journal was begun
	ended    time.Duration
	answered bool // else its process was gone, or has not answered yet
	lost     bool // its process was gone
	answer   answer
}

// certain says that the try left nothing in the log.
func (t *try) certain() bool { return t.answered && t.answer.Status == refused }

// acknowledged says that the try was done.
func (t *try) acknowledged() bool { return t.answered && t.answer.Status == done }

// journal keeps what was asked for, before it is asked for, and what was answered.
type journal struct {
	file  *os.File
	began time.Time
	loans []ident.Book // the books of the lender whose loans there are

	mu       sync.Mutex
	err      error // of writing
	tries    []*try
	commands map[uuid.UUID][]*try
	doneAt   time.Duration // of the last acknowledgement
	longest  time.Duration // between two acknowledgements
	ended    time.Duration // of that
	working  bool
}

func newJournal(path string, loans []ident.Book) (*journal, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	return &journal{file: file, began: time.Now(), loans: loans, commands: map[uuid.UUID][]*try{}, working: true}, nil
}

// give writes an order down, has a process carry it out, and writes down what came of it.
func (j *journal) give(p *process, post string, o order) *try {
	t := &try{post: post}
	j.mu.Lock()
	t.given = time.Since(j.began)
	o.Nr = int64(len(j.tries) + 1)
	t.order = o
	j.tries = append(j.tries, t)
	for _, id := range j.commandsOf(&o) {
		j.commands[id] = append(j.commands[id], t)
	}
	j.write(map[string]any{"at": t.given.Seconds(), "to": post, "order": o})
	j.mu.Unlock()
	a, answered := p.give(&o)
	j.mu.Lock()
	defer j.mu.Unlock()
	t.ended, t.answered, t.lost, t.answer = time.Since(j.began), answered, !answered, a
	if answered {
		j.write(map[string]any{"at": t.ended.Seconds(), "answer": a})
	} else {
		j.write(map[string]any{"at": t.ended.Seconds(), "lost": o.Nr})
	}
	if t.acknowledged() {
		j.beat(t.ended)
	}
	return t
}

// beat takes note of a sign that the ledger works.
func (j *journal) beat(at time.Duration) {
	if gap := at - j.doneAt; j.working && gap > j.longest {
		j.longest, j.ended = gap, at
	}
	j.doneAt = max(j.doneAt, at)
}

// rest says that the work is over. It answers the longest time without an acknowledgement, and its end.
func (j *journal) rest() (longest, until time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.beat(time.Since(j.began))
	j.working = false
	return j.longest, j.ended
}

func (j *journal) write(v any) {
	text, err := json.Marshal(v)
	if err == nil {
		_, err = j.file.Write(append(text, '\n'))
	}
	if j.err == nil {
		j.err = err
	}
}

// commandsOf is the ids that the command of an order may have in the log: an application does not say
// in which book it will be.
func (j *journal) commandsOf(o *order) []uuid.UUID {
	switch o.Kind {
	case executeOrder, appendOrder, freshOrder, markOrder:
		return []uuid.UUID{o.command()}
	case loanOrder:
		if o.Target != uuid.Nil {
			return []uuid.UUID{loanCommand(ident.BookOf(o.Target), o)}
		}
		var ids []uuid.UUID
		for _, b := range j.loans {
			ids = append(ids, loanCommand(b, o))
		}
		return ids
	}
	return nil
}

// loanCommand is the id that the desk gives a command.
func loanCommand(b ident.Book, o *order) uuid.UUID {
	return ident.Derive(b, "command", o.Target[:], []byte(o.Key))
}

// receipt is where the events of a loan command stand, by its answer.
func (t *try) receipt() (r ledger.Receipt, b eventstore.Book, err error) {
	var said struct {
		ledger.Receipt
		Loan uuid.UUID `json:"loan_id"`
	}
	if err := json.Unmarshal(t.answer.Body, &said); err != nil {
		return r, 0, fmt.Errorf("the answer of %s cannot be read: %w", t.order.Key, err)
	}
	return said.Receipt, eventstore.Book(ident.BookOf(said.Loan)), nil
}

// counts is how the tries ended.
type counts struct{ acknowledged, refused, unknown, lost, open, replayed int }

func (j *journal) counts() counts {
	j.mu.Lock()
	defer j.mu.Unlock()
	var c counts
	for _, t := range j.tries {
		switch {
		case t.lost:
			c.lost++
		case !t.answered:
			c.open++
		case t.acknowledged():
			c.acknowledged++
			if t.answer.Replayed {
				c.replayed++
			}
		case t.certain():
			c.refused++
		default:
			c.unknown++
		}
	}
	return c
}

func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.file.Close(); j.err == nil {
		j.err = err
	}
	return j.err
}
