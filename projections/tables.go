package projections

import (
	"errors"
	"fmt"
	"slices"

	"loanledger/eventstore"
)

// ErrUnknownProjection is returned for a name that is not one of Names.
var ErrUnknownProjection = errors.New("no such projection")

// tableID numbers the tables that are derived from the log.
type tableID int

const (
	accounts tableID = iota
	debtBalances
	instalments
	transactions
	journalEntries
	certificates
	portfolioDaily
	tableCount
)

// table is a projection: a table of the schema reporting, with one partition a book.
type table struct {
	name    string
	columns string // in the order in which rows are written
	// byLoan tables hold rows of a loan as it stands, which later ones take the place of. To the
	// others rows are only ever added.
	byLoan bool
}

var tables = [tableCount]table{
	accounts: accountsTable, debtBalances: debtBalancesTable, instalments: instalmentsTable,
	transactions: transactionsTable, journalEntries: journalEntriesTable, certificates: certificatesTable,
	portfolioDaily: portfolioDailyTable,
}

// Names is the projections that can be rebuilt.
func Names() []string {
	names := make([]string, 0, tableCount)
	for _, t := range tables {
		names = append(names, t.name)
	}
	return names
}

// chosen is which tables are meant by names; none means all. Errors: ErrUnknownProjection.
func chosen(names []string) ([]tableID, error) {
	var ids []tableID
	for id, t := range tables {
		if len(names) == 0 || slices.Contains(names, t.name) {
			ids = append(ids, tableID(id))
		}
	}
	for _, name := range names {
		if !slices.Contains(Names(), name) {
			return nil, fmt.Errorf("%w: %q", ErrUnknownProjection, name)
		}
	}
	return ids, nil
}

// parent is the table that analysts read.
func (id tableID) parent() string { return "reporting." + tables[id].name }

// partition is the table with the rows of one book. A suffix names one that is not in place (yet).
func (id tableID) partition(book eventstore.Book, suffix string) string {
	return fmt.Sprintf("reporting_books.%s_%d%s", tables[id].name, book, suffix)
}

// copyStatement loads rows into a partition.
func (id tableID) copyStatement(book eventstore.Book, suffix string) string {
	return fmt.Sprintf("COPY %s (%s) FROM STDIN BINARY", id.partition(book, suffix), tables[id].columns)
}
