package pgstore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"loanledger/adapters/localpg/pgtest"
	"loanledger/eventstore"
	"loanledger/eventstore/pgstore"
)

// holderVariable makes the test binary a process that holds the cursor of book 1, and in the middle
// of a transaction waits for ever.
const holderVariable = "PGSTORE_TEST_HOLDS"

func holdForEver(url string) error {
	ctx := context.Background()
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return err
	}
	config.ConnConfig.RuntimeParams["application_name"] = fmt.Sprintf("%stest %d", pgstore.ServingPrefix, os.Getpid())
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	cursor, err := pgstore.New(pool, time.Now).OpenCursor(ctx, "view", 1)
	if err != nil {
		return err
	}
	tx, err := pool.Begin(ctx)
	if err != nil {
		return err
	}
	if err := cursor.Save(ctx, tx, 7); err != nil {
		return err
	}
	fmt.Println("holds")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err == nil {
		fmt.Println("committed")
	} else {
		fmt.Println("refused")
	}
	return nil
}

// holder is a process that holds the cursor of book 1.
func startHolder(t *testing.T, url string) (process *exec.Cmd, lines *bufio.Reader, goOn func()) {
	t.Helper()
	process = exec.Command(os.Args[0])
	process.Env = append(os.Environ(), holderVariable+"="+url)
	process.Stderr = os.Stderr
	in, err := process.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = process.Process.Kill(); _ = process.Wait() }) // it may have ended
	lines = bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); err != nil || strings.TrimSpace(line) != "holds" {
		t.Fatalf("the holder said %q: %v", line, err)
	}
	return process, lines, func() { fmt.Fprintln(in) }
}

// A holder that is killed is followed at once; one that hangs within seconds, though its connections
// stand and one of them is in a transaction that has locked the cursor's row. When it wakes up, what
// it had begun is refused.
func TestTakeover(t *testing.T) {
	for _, c := range []struct {
		signal syscall.Signal
		within time.Duration
	}{{syscall.SIGKILL, 3 * time.Second}, {syscall.SIGSTOP, 15 * time.Second}} {
		t.Run(c.signal.String(), func(t *testing.T) {
			store, url := openBook(t)
			process, lines, goOn := startHolder(t, url)
			taken := make(chan *pgstore.Cursor, 1)
			go func() { taken <- openCursor(t, store) }()
			select {
			case <-taken:
				t.Fatal("it was taken from a holder that lives")
			case <-time.After(8 * time.Second): // longer than a hold lasts without a sign of life
			}
			began := time.Now()
			if err := process.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			select {
			case cursor := <-taken:
				defer cursor.Close()
				t.Logf("taken over after %s", time.Since(began).Round(time.Millisecond))
				if cursor.Position() != 0 {
					t.Errorf("it stands at %d, which was never committed", cursor.Position())
				}
			case <-time.After(c.within):
				t.Fatalf("not taken over within %s", c.within)
			}
			if c.signal == syscall.SIGKILL {
				return
			}
			if err := process.Process.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			goOn()
			if line, err := lines.ReadString('\n'); err != nil || strings.TrimSpace(line) != "refused" {
				t.Errorf("the old holder's transaction: %q, %v", line, err)
			}
		})
	}
}

// follower wants the cursors of all books for a store, again and again, and knows which it has.
type follower struct {
	mu   sync.Mutex
	held map[eventstore.Book]bool
}

func (f *follower) follow(ctx context.Context, store *pgstore.Store, first, book eventstore.Book) error {
	for {
		cursor, err := store.OpenCursorBeside(ctx, "view", first, book)
		if err != nil {
			return err
		}
		f.set(book, true)
		select {
		case <-cursor.Lost():
		case <-ctx.Done():
		}
		f.set(book, false)
		cursor.Close()
	}
}

func (f *follower) set(book eventstore.Book, held bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held[book] = held
}

func (f *follower) books() (books []eventstore.Book) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for book := eventstore.Book(1); book <= 6; book++ {
		if f.held[book] {
			books = append(books, book)
		}
	}
	return books
}

// followAll starts a process, as far as cursors go, that wants those of six books.
func followAll(t *testing.T, url string, beside func(eventstore.Book) eventstore.Book) (*follower, context.CancelFunc) {
	store, _ := openStore(t, url, time.Now)
	f := &follower{held: map[eventstore.Book]bool{}}
	ctx, stop := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	for book := eventstore.Book(1); book <= 6; book++ {
		ended.Go(func() {
			if err := f.follow(ctx, store, beside(book), book); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
	}
	end := func() { stop(); ended.Wait() }
	t.Cleanup(end)
	return f, end
}

func sixBooks(t *testing.T) string {
	url := pgtest.Database(t, pgstore.Migrations)
	store, _ := openStore(t, url, time.Now)
	for book := eventstore.Book(1); book <= 6; book++ {
		if err := store.OpenBook(t.Context(), book, firstEpoch); err != nil {
			t.Fatal(err)
		}
	}
	return url
}

// soon waits for something to become true.
func soon(t *testing.T, what string, is func() bool) {
	t.Helper()
	for until := time.Now().Add(time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("%s: not within a minute", what)
		}
	}
}

// Processes that come later get their part, and those that stay get what others leave.
func TestCursorsAreSharedEvenly(t *testing.T) {
	url := sixBooks(t)
	each := func(book eventstore.Book) eventstore.Book { return book }
	first, _ := followAll(t, url, each)
	soon(t, "alone with all", func() bool { return len(first.books()) == 6 })
	second, stopSecond := followAll(t, url, each)
	soon(t, "three each", func() bool { return len(first.books()) == 3 && len(second.books()) == 3 })
	third, stopThird := followAll(t, url, each)
	soon(t, "two each", func() bool {
		return len(first.books()) == 2 && len(second.books()) == 2 && len(third.books()) == 2
	})
	stopThird()
	soon(t, "the third one's are taken", func() bool { return len(first.books())+len(second.books()) == 6 })
	stopSecond()
	soon(t, "alone again", func() bool { return len(first.books()) == 6 })
}

// Cursors that go together are always with one process.
func TestCursorsThatGoTogether(t *testing.T) {
	url := sixBooks(t)
	pairs := func(book eventstore.Book) eventstore.Book { return (book-1)/3*3 + 1 } // 1 to 3, and 4 to 6
	first, _ := followAll(t, url, pairs)
	soon(t, "alone with all", func() bool { return len(first.books()) == 6 })
	second, stop := followAll(t, url, pairs)
	soon(t, "half each", func() bool {
		a, b := first.books(), second.books()
		return len(a) == 3 && len(b) == 3 && a[2] == a[0]+2 && b[2] == b[0]+2
	})
	stop()
	soon(t, "alone again", func() bool { return len(first.books()) == 6 })
}

// Whoever looks is told who holds what.
func TestHolders(t *testing.T) {
	store, url := openBook(t)
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	cursor := openCursor(t, store)
	defer cursor.Close()
	holders, err := store.Holders(t.Context())
	if err != nil || len(holders) != 1 || holders[0].Name != "view" || holders[0].Book != 1 || !holders[0].Held {
		t.Fatalf("%+v, %v, on %s", holders, err, config.Database)
	}
	cursor.Close()
	if holders, err = store.Holders(t.Context()); err != nil || len(holders) != 1 || holders[0].Held {
		t.Fatalf("%+v, %v", holders, err)
	}
}
