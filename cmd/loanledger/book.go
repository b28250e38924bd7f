package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"loanledger/domain/date"

	"github.com/spf13/cobra"
)

// lenderBooks is a lender's books as the service tells of them.
type lenderBooks struct {
	Lender string `json:"lender"`
	Books  []struct {
		Book         int       `json:"book"`
		BusinessDate date.Date `json:"business_date"`
	} `json:"books"`
}

func (t *terminal) book() *cobra.Command {
	group := &cobra.Command{
		Use:   "book",
		Short: "The books of a lender",
		Args:  noArguments,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	open := &cobra.Command{
		Use:   "open",
		Short: "Open a further book for a lender",
		Long: `Opens a further book for a lender, through the running service. Every process that serves takes it up
within seconds. New borrowers are spread over all books of the lender; those who are known stay where
they are. A book is never closed again.`,
		Example: "  loanledger book open --lender smartcash\n  loanledger book open --lender smartcash --total 4",
		Args:    noArguments,
	}
	lender := open.Flags().String("lender", "", "the lender's code")
	total := open.Flags().Int("total", 0, "how many books the lender is to have; one more than now by default")
	cfg := configured(open, "dir", "url", "token")
	open.RunE = func(c *cobra.Command, _ []string) error {
		if *lender == "" || *total < 0 {
			return usageError{fmt.Errorf("--lender is needed, and --total must not be negative")}
		}
		return t.openBook(c, cfg, *lender, *total)
	}
	group.AddCommand(open)
	return group
}

func (t *terminal) openBook(c *cobra.Command, cfg *config, lender string, total int) error {
	service, err := cfg.service()
	if err != nil {
		return err
	}
	if total == 0 {
		var all struct {
			Lenders []struct {
				Code  string            `json:"code"`
				Books []json.RawMessage `json:"books"`
			} `json:"lenders"`
		}
		if err := service.get(c.Context(), "/v1/lenders", &all); err != nil {
			return err
		}
		for _, l := range all.Lenders {
			if l.Code == lender {
				total = len(l.Books) + 1
			}
		}
		if total == 0 {
			return hinted{errors.New("there is no such lender"), "see who lends: GET /v1/lenders"}
		}
	}
	var answer lenderBooks
	if err := service.post(c.Context(), "/v1/lenders/"+lender+"/books", map[string]int{"total": total}, &answer); err != nil {
		return err
	}
	if t.json {
		return t.writeJSON(answer)
	}
	for _, b := range answer.Books {
		fmt.Fprintf(t.out, "%s   book %-5d   business date %s\n", lender, b.Book, b.BusinessDate)
	}
	_, err = fmt.Fprintln(t.out, "next: loanledger doctor shows which process works on which book")
	return err
}
