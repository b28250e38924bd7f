package storetest

import (
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/anishathalye/porcupine"
	"github.com/google/uuid"

	"loanledger/eventstore"
)

// Operations on one stream, as porcupine sees them.
type streamInput struct {
	read     bool
	expected eventstore.Version
}

type streamOutput struct {
	version eventstore.Version // that was read
	took    bool
}

// streamModel is a stream as a number: its version.
var streamModel = porcupine.Model{
	Init: func() any { return eventstore.Version(0) },
	Step: func(state, input, output any) (bool, any) {
		at, in, out := state.(eventstore.Version), input.(streamInput), output.(streamOutput)
		switch {
		case in.read:
			return out.version == at, at
		case out.took:
			return in.expected == at, at + 1
		default:
			return in.expected != at, at
		}
	},
	Equal: func(a, b any) bool { return a.(eventstore.Version) == b.(eventstore.Version) },
}

// testLinearizable appends to and reads one stream from several goroutines, and asks whether all of
// the answers fit one order of the operations that agrees with real time.
func testLinearizable(f *fixture) {
	f.open()
	random := f.seed()
	stream, start := uuid.New(), time.Now()
	var mu sync.Mutex
	var operations []porcupine.Operation
	var clients sync.WaitGroup
	for client := range 6 {
		mine := rand.New(rand.NewPCG(random.Uint64(), 1))
		clients.Go(func() {
			known := eventstore.Version(0)
			for range 60 {
				in, out := streamInput{read: mine.IntN(3) == 0, expected: known}, streamOutput{}
				called := time.Since(start)
				if in.read {
					events, err := f.log.ReadStream(f.ctx, f.book, stream, 0)
					if err != nil {
						f.Error(err)
						return
					}
					out.version = eventstore.Version(len(events))
					known = out.version
				} else {
					_, err := f.log.Append(f.ctx, f.book, command(run(stream, in.expected, 1)))
					if err != nil && !errors.Is(err, eventstore.ErrConflict) {
						f.Error(err)
						return
					}
					out.took = err == nil
					known++
				}
				mu.Lock()
				operations = append(operations, porcupine.Operation{
					ClientId: client, Input: in, Output: out, Call: int64(called), Return: int64(time.Since(start)),
				})
				mu.Unlock()
			}
		})
	}
	clients.Wait()
	if got := porcupine.CheckOperationsTimeout(streamModel, operations, time.Minute); got != porcupine.Ok {
		f.Fatalf("%d operations are not linearizable: %s", len(operations), got)
	}
}
