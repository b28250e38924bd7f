package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"loanledger/domain/story"

	"github.com/spf13/cobra"
)

// maxStory bounds a story file, in bytes.
const maxStory = 16 << 20

func (t *terminal) simulate() *cobra.Command {
	return &cobra.Command{
		Use:   "simulate FILE",
		Short: "Play a story file in the pure domain, without a server",
		Long: `Plays a story: terms, a principal and steps, each on its business date. Every step answers with
one JSON object on a line of its own. A refused step carries its error and the story goes on.
The days between two steps are closed as they pass. "-" reads standard input.

Steps: apply, approve, reject, cancel, sign, disburse, repay, prolong, close_day, show.

In place of steps, {"quote": {"on": DATE, "term_days": N}} answers with the price of an offer, and
{"cash_flows": [...], "measure": "apr_eu" | "psk_ru" | "irr"} with an annual cost.`,
		Example: "  loanledger simulate loan.json\n  loanledger simulate - < loan.json",
		Args:    exactly(1, "one file, or - for standard input"),
		RunE: func(_ *cobra.Command, args []string) error {
			data, err := t.readFile(args[0], maxStory)
			if err != nil {
				return err
			}
			t.json = true // the answers are JSON, and so is what is wrong with the story
			s, err := story.Parse(data)
			if err != nil {
				return err
			}
			lines := json.NewEncoder(t.out)
			switch {
			case len(s.CashFlows) > 0:
				return answerOnce(lines, s.AnnualCost)
			case s.Quote != nil:
				return answerOnce(lines, s.Price)
			}
			return s.Play(func(a story.Answer) error { return lines.Encode(a) })
		},
	}
}

func answerOnce[A any](lines *json.Encoder, ask func() (A, error)) error {
	answer, err := ask()
	if err != nil {
		return err
	}
	return lines.Encode(answer)
}

// readFile reads a file, or standard input for "-", up to a bound in bytes.
func (t *terminal) readFile(name string, limit int64) ([]byte, error) {
	in := t.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, usageError{err}
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s has more than %d bytes", name, limit)
	}
	return data, err
}
