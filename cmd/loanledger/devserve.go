package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"loanledger/adapters/access"
	"loanledger/adapters/sandbox"
	"loanledger/adapters/schema"
	"loanledger/adapters/vault"
	"loanledger/domain/book"
	"loanledger/domain/date"
	"loanledger/eventstore"

	"golang.org/x/sync/errgroup"
)

// quietly is from which level loanledger dev lets its log be seen: the terminal is for the banner.
const quietly = slog.LevelWarn

// devRoles is the roles that loanledger dev makes a token for.
var devRoles = []access.Role{access.Service, access.Operator, access.Auditor, access.Analyst}

// serveDev serves on servers that are up: it makes the keys and tokens, opens the books, plays the
// samples, announces that everything is ready, and stays until the context ends.
func (t *terminal) serveDev(ctx context.Context, log *slog.Logger, o devOptions, databaseURL, natsURL string, listener net.Listener) error {
	began := time.Now()
	if err := schema.Migrate(ctx, databaseURL, append(tables(), sandboxTables()...)...); err != nil {
		return err
	}
	master, err := vault.CreateMaster(filepath.Join(o.dir, devMasterName))
	if err != nil {
		return err
	}
	lenders, err := loadLenders("")
	if err != nil {
		return err
	}
	testClock, err := openTestClock(ctx, databaseURL, o.clock)
	if err != nil {
		return err
	}
	var clock eventstore.Clock = time.Now
	if testClock != nil {
		defer testClock.Close()
		clock = testClock.Now
	}
	a, err := openApp(ctx, databaseURL, servingName(), master, clock, log)
	if err != nil {
		return err
	}
	defer a.close()
	past := 0
	if o.samples {
		past = sampleDays
	}
	if err := a.openLenders(ctx, lenders, past); err != nil {
		return err
	}
	note := devNote{URL: "http://" + listener.Addr().String(), DatabaseURL: databaseURL, NatsURL: natsURL}
	for _, l := range lenders {
		note.Lenders = append(note.Lenders, devLender{Code: l.Code, WebURL: note.URL})
	}
	tokens, err := devTokens(o.dir, &note)
	if err != nil {
		return err
	}
	conn, err := connectNATS(natsURL)
	if err != nil {
		return err
	}
	defer conn.Close()
	s := newService(a, conn, natsURL, tokens, note.URL)
	messages := sandbox.NewMessages(a.pool)
	s.send = capture(messages, clock)
	s.more = sandbox.Handlers(testClock, messages, s.daysAfterAdvance)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.run(ctx, listener) })
	group.Go(func() error {
		err := t.becomeReady(ctx, s, o, note, testClock != nil, began)
		if ctx.Err() != nil {
			return nil // stopped before it was ready
		}
		return err
	})
	return group.Wait()
}

// becomeReady plays the samples, brings the books to today, and announces.
func (t *terminal) becomeReady(ctx context.Context, s *service, o devOptions, note devNote, testClock bool, began time.Time) error {
	if err := playSamples(ctx, s, o); err != nil {
		return err
	}
	if err := s.closePastDays(ctx); err != nil {
		return err
	}
	close(s.ready)
	if err := awaitHealth(ctx, note.URL); err != nil {
		return err
	}
	if err := writeDevNote(o.dir, note); err != nil {
		return err
	}
	dates := map[string]date.Date{}
	for _, l := range s.lenders {
		business, err := s.desk.BusinessDate(ctx, l.Code)
		if err != nil {
			return err
		}
		dates[l.Code] = business
	}
	return t.announce(note, dates, testClock, time.Since(began))
}

// playSamples plays the sample lives of every lender at the first start in a folder, which a note in
// it remembers. Books that began without samples stay without.
func playSamples(ctx context.Context, s *service, o devOptions) error {
	note := filepath.Join(o.dir, "samples.played")
	if _, err := os.Stat(note); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if o.samples {
		group, inGroup := errgroup.WithContext(ctx)
		for _, l := range s.lenders {
			group.Go(func() error { return playSamplesOf(inGroup, s, l) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
	}
	return replaceFile(note, fmt.Appendf(nil, "sample loans: %t\n", o.samples))
}

func playSamplesOf(ctx context.Context, s *service, l book.Lender) error {
	state, err := s.desk.Book(ctx, l.Code)
	if err != nil {
		return err
	}
	player := samplePlayer{
		desk: s.desk, lender: l, book: state.Book, loans: map[string]sampleLoan{},
		closed: func(ctx context.Context, on date.Date) error {
			return s.closeDay(ctx, l.Code, on, func(date.Date, int) {})
		},
	}
	return player.play(ctx, state.OpenedOn.AddDays(sampleDays))
}

// devTokens is the tokens of the folder: those of the last start, or new ones.
func devTokens(dir string, note *devNote) (*access.Tokens, error) {
	file := filepath.Join(dir, "tokens.json")
	if before, err := readDevNote(dir); err == nil && len(before.Tokens) == len(devRoles) {
		if tokens, err := access.Load(file); err == nil {
			note.Tokens = before.Tokens
			return tokens, nil
		}
	}
	suffix := "" // tokens of a folder whose note was lost stay as they are
	if _, err := os.Stat(file); err == nil {
		suffix = "-" + strconv.FormatInt(time.Now().Unix(), 36)
	}
	note.Tokens = map[string]string{}
	for _, role := range devRoles {
		secret, entry, err := access.NewToken(role, "dev-"+string(role)+suffix, []string{access.AllLenders})
		if err != nil {
			return nil, err
		}
		if err := access.Append(file, entry); err != nil {
			return nil, err
		}
		note.Tokens[string(role)] = secret
	}
	return access.Load(file)
}
