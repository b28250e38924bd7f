package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"loanledger/domain/fact"

	"github.com/spf13/cobra"
)

// Exit codes of every command.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// terminal is where a command reads and writes. Results go to out, what is said on the way to err.
type terminal struct {
	in   io.Reader
	out  io.Writer
	err  io.Writer
	json bool
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

// hinted is an error with one line on what to do next.
type hinted struct {
	error
	next string
}

func (h hinted) Unwrap() error { return h.error }

// reported is an error that the command's output has told already.
type reported struct{ error }

// run carries a command line out and answers the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	t := &terminal{in: in, out: out, err: errOut}
	root := t.root()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usageError{}):
		t.complain(err, "see loanledger --help, or loanledger COMMAND --help")
		return exitUsage
	case errors.As(err, &reported{}):
		return exitFailed
	}
	next := ""
	if h, is := errors.AsType[hinted](err); is {
		next = h.next
	}
	t.complain(err, next)
	return exitFailed
}

// complain says what went wrong, for a person or a program.
func (t *terminal) complain(err error, next string) {
	code := "failed"
	if r, _, is := fact.Explain(err); is {
		code = r.Code
	} else if errors.As(err, &usageError{}) {
		code = "usage"
	}
	if t.json {
		_ = t.writeJSON(map[string]any{"error": map[string]string{"code": code, "detail": err.Error(), "next": next}})
		return
	}
	fmt.Fprintln(t.err, "loanledger:", err)
	if next != "" {
		fmt.Fprintln(t.err, "next:", next)
	}
}

func (t *terminal) writeJSON(v any) error { return json.NewEncoder(t.out).Encode(v) }

func (t *terminal) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "loanledger",
		Short:         "An event-sourced loan ledger for lenders",
		Long:          "loanledger is the one place that knows who owes what, why, and can prove it.\nStart with: loanledger dev",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArguments,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentFlags().BoolVar(&t.json, "json", false, "answer as JSON on standard output")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.AddCommand(t.commands()...)
	return root
}

// noArguments refuses arguments as a usage error.
func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usageError{fmt.Errorf("unexpected argument %q", args[0])}
	}
	return nil
}

// exactly asks for a number of arguments.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return usageError{fmt.Errorf("this command takes %s", what)}
		}
		return nil
	}
}
