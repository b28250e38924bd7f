package memstore_test

import (
	"testing"

	"loanledger/eventstore"
	"loanledger/eventstore/memstore"
	"loanledger/eventstore/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(_ *testing.T, clock eventstore.Clock) eventstore.Log { return memstore.New(clock) })
}
