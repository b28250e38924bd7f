package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"sync"
	"time"

	"loanledger/domain/ledger"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"golang.org/x/sync/semaphore"
)

// Bounds of many commands together. A sender who does not read the answers can still send
// bulkAnswers lines; then the service stops reading until the sender reads.
const (
	bulkWorkers = 64
	bulkQueue   = 256     // lines that wait for one worker
	bulkAnswers = 4096    // lines that wait to be answered
	bulkBytes   = 4 << 20 // of lines that wait to be carried out
)

const mediaLines = "application/x-ndjson"

type streamOutput struct{ Body func(huma.Context) }

func (a *API) registerBulk() {
	op := register(a, route{
		method: http.MethodPost, path: "/v1/commands", id: "command.many", tag: tagLog, summary: "Give many commands",
		about: "One command a line (NDJSON); one answer a line, in the order of the lines, while more are still being sent. " +
			"Commands to the same loan or borrower are carried out in order, others at the same time. A line that is refused does not stop those after it. " +
			"Read the answers while you send: after some thousands of lines that nobody has read, the service waits.",
		roles: []ledger.Role{ledger.Service, ledger.Operator}, patient: true,
	}, a.many)
	registry := a.huma.OpenAPI().Components.Schemas
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
		mediaLines: {Schema: registry.Schema(reflect.TypeFor[bulkLine](), true, "")},
	}}
	documentAnswer(op, mediaLines, registry.Schema(reflect.TypeFor[bulkAnswer](), true, ""))
}

func (a *API) many(ctx context.Context, c Caller, _ *struct{}) (*streamOutput, error) {
	e := exchangeOf(ctx)
	if !hasMediaType(e.request, mediaLines, "application/jsonl", "application/json") {
		return nil, faultMedia
	}
	return &streamOutput{Body: func(huma.Context) {
		// Over HTTP/1 an answer would otherwise end the reading.
		control := http.NewResponseController(e.writer)
		_ = control.EnableFullDuplex()
		e.writer.Header().Set("Content-Type", mediaLines)
		e.writer.WriteHeader(http.StatusOK)
		_ = control.Flush() // some senders wait for this before they send
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		b := &bulk{api: a, ctx: ctx, caller: c, waiting: semaphore.NewWeighted(bulkBytes), seed: maphash.MakeSeed()}
		b.run(e, cancel)
	}}, nil
}

// bulk is many commands of one request.
type bulk struct {
	api     *API
	ctx     context.Context
	caller  Caller
	waiting *semaphore.Weighted
	seed    maphash.Seed
}

// task is a line on its way to its answer.
type task struct {
	nr     int
	order  order
	size   int64
	answer chan bulkAnswer
}

// run reads, carries out, and answers. Lines with the same target meet the same worker, which keeps
// their order.
func (b *bulk) run(e exchange, cancel context.CancelFunc) {
	answers := make(chan *task, bulkAnswers)
	workers := make([]chan *task, bulkWorkers)
	var working sync.WaitGroup
	for i := range workers {
		workers[i] = make(chan *task, bulkQueue)
		working.Go(func() {
			for t := range workers[i] {
				t.answer <- b.carryOut(t)
				b.waiting.Release(t.size)
			}
		})
	}
	var writing sync.WaitGroup
	writing.Go(func() { b.write(e, answers, cancel) })
	b.read(e, answers, workers)
	for _, w := range workers {
		close(w)
	}
	close(answers)
	working.Wait()
	writing.Wait()
}

// read hands the lines to the workers until they end.
func (b *bulk) read(e exchange, answers chan<- *task, workers []chan *task) {
	from, control := newLines(e.request.Body), http.NewResponseController(e.writer)
	for {
		_ = control.SetReadDeadline(time.Now().Add(b.api.commandTime))
		nr, data, err := from.next()
		if errors.Is(err, io.EOF) {
			return
		}
		t := &task{nr: nr, answer: make(chan bulkAnswer, 1), size: int64(len(data))}
		if err == nil {
			t.order, err = parseLine(bytes.Clone(data))
		}
		select {
		case answers <- t:
		case <-b.ctx.Done():
			return
		}
		if err != nil {
			t.answer <- b.refuse(nr, err)
			if errors.Is(err, faultUnread) {
				return
			}
			continue
		}
		if err := b.waiting.Acquire(b.ctx, t.size); err != nil {
			t.answer <- b.refuse(nr, err)
			return
		}
		workers[b.worker(t)] <- t
	}
}

// worker is which worker carries a line out. An application has no target: it goes by its key, or by
// its number.
func (b *bulk) worker(t *task) int {
	var h maphash.Hash
	h.SetSeed(b.seed)
	switch {
	case t.order.target != uuid.Nil:
		h.Write(t.order.target[:])
	case t.order.key != "":
		h.WriteString(t.order.key)
	default:
		return t.nr % bulkWorkers
	}
	return int(h.Sum64() % bulkWorkers)
}

// carryOut is the answer to a line.
func (b *bulk) carryOut(t *task) (answer bulkAnswer) {
	defer func() {
		if cause := recover(); cause != nil {
			answer = b.refuse(t.nr, fmt.Errorf("line %d panicked: %v", t.nr, cause))
		}
	}()
	ctx, cancel := context.WithTimeout(b.ctx, b.api.commandTime)
	defer cancel()
	outcome, err := b.api.carryOut(ctx, b.caller, t.order)
	if err != nil {
		return b.refuse(t.nr, err)
	}
	return bulkAnswer{Line: t.nr, Status: statusOfAnswer(t.order.entry), Replayed: outcome.Replayed, Answer: outcome.Answer}
}

func (b *bulk) refuse(nr int, err error) bulkAnswer {
	p := b.api.problem(b.ctx, err)
	return bulkAnswer{Line: nr, Status: p.Status, Problem: p}
}

// write answers in the order of the lines. When nobody reads, it lets the rest go by.
func (b *bulk) write(e exchange, answers <-chan *task, cancel context.CancelFunc) {
	control := http.NewResponseController(e.writer)
	out := bufio.NewWriterSize(e.writer, 32<<10)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for t := range answers {
		answer := <-t.answer
		if b.ctx.Err() != nil {
			continue
		}
		_ = control.SetWriteDeadline(time.Now().Add(b.api.commandTime))
		err := encoder.Encode(answer)
		if err == nil && len(answers) == 0 {
			err = errors.Join(out.Flush(), control.Flush())
		}
		if err != nil {
			b.api.Logger.InfoContext(b.ctx, "answers to many commands were not read", slog.Int("line", t.nr),
				slog.String("request_id", requestID(b.ctx)))
			cancel()
		}
	}
	_ = out.Flush()
}
