// Command loanledger is the loan ledger: the service, and the tools around it.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // lenders have time zones, and a small machine may have no database of them
)

// Collecting garbage costs a busy service a third of its time at Go's usual setting. A process keeps
// few hundred megabytes alive, mostly states of loans, so it may let as much again and more become
// garbage, up to a limit from which it collects more often. GOGC and GOMEMLIMIT have the last word.
const (
	garbagePercent = 400
	memoryLimit    = 2 << 30
)

func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
}

func main() {
	tuneMemory()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
