package main

import (
	"encoding/json"
	"fmt"

	"loanledger/domain/date"

	"github.com/spf13/cobra"
)

func (t *terminal) clock() *cobra.Command {
	clock := &cobra.Command{
		Use:   "clock",
		Short: "Move the test clock of loanledger dev",
		Args:  noArguments,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	advance := &cobra.Command{
		Use:     "advance",
		Short:   "Advance the test clock, and close the days that it passes",
		Example: "  loanledger clock advance --days 15",
		Args:    noArguments,
	}
	days := advance.Flags().Int("days", 1, "by how many days, 1 to 3660")
	cfg := configured(advance, "dir", "url", "token")
	advance.RunE = func(c *cobra.Command, _ []string) error {
		if *days < 1 || *days > 3660 {
			return usageError{fmt.Errorf("--days must be 1 to 3660")}
		}
		return t.postAndPrint(c, cfg, "/sandbox/clock", map[string]int{"advance_days": *days})
	}
	clock.AddCommand(advance)
	return clock
}

func (t *terminal) closeDay() *cobra.Command {
	c := &cobra.Command{
		Use:   "close-day",
		Short: "End a business date of a lender",
		Long: `Ends a business date of a lender, through the running service: offers lapse, debts fall due and
overdue, penalties start, income is recognised. Days before it that are still open are closed first.
A day that is closed already stays as it is.`,
		Example: "  loanledger close-day --lender smartcash --date 2026-11-22",
		Args:    noArguments,
	}
	lender := c.Flags().String("lender", "", "the lender's code")
	day := c.Flags().String("date", "", "the date that has ended, YYYY-MM-DD")
	cfg := configured(c, "dir", "url", "token")
	c.RunE = func(c *cobra.Command, _ []string) error {
		on, err := date.Parse(*day)
		if err != nil {
			return usageError{fmt.Errorf("--date: %w", err)}
		}
		if *lender == "" {
			return usageError{fmt.Errorf("--lender is needed")}
		}
		return t.postAndPrint(c, cfg, "/v1/lenders/"+*lender+"/day-closings", map[string]date.Date{"date": on})
	}
	return c
}

func (t *terminal) postAndPrint(c *cobra.Command, cfg *config, path string, body any) error {
	service, err := cfg.service()
	if err != nil {
		return err
	}
	var answer json.RawMessage
	if err := service.post(c.Context(), path, body, &answer); err != nil {
		return err
	}
	if t.json {
		return t.writeJSON(answer)
	}
	var pretty map[string]any
	if err := json.Unmarshal(answer, &pretty); err != nil {
		return err
	}
	encoder := json.NewEncoder(t.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(pretty)
}
