package httpapi

import (
	"encoding/json"
	"reflect"
	"strings"

	"loanledger/domain/date"
	"loanledger/domain/loan"
	"loanledger/domain/money"
	"loanledger/eventstore/tree"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"
)

// The domain does not know of schemas. These stand for its types in the OpenAPI document.
type (
	amountSchema   struct{}
	inputSchema    struct{}
	dateSchema     struct{}
	decimalSchema  struct{}
	uuidSchema     struct{}
	currencySchema struct{}
	objectSchema   struct{}
)

func (amountSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "decimal", Pattern: `^-?\d+(\.\d+)?$`, Examples: []any{"11200.00"},
		Description: "an amount in major units, with every decimal of its currency"}
}

func (inputSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "decimal", Pattern: `^\d+(\.\d+)?$`, Examples: []any{"2500.00"},
		Description: "an amount in major units, with no more decimals than its currency; never a JSON number"}
}

func (dateSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "date", Examples: []any{"2026-01-15"}}
}

func (decimalSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "decimal", Pattern: `^\d+(\.\d+)?$`, Examples: []any{"0.8"}, Description: "percent"}
}

func (uuidSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Format: "uuid", Examples: []any{"00011f0a-7c52-8e11-9a3b-5d2f6c4e8b70"}}
}

func (currencySchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "string", Pattern: `^[A-Z]{3}$`, Examples: []any{"RUB"}, Description: "ISO 4217"}
}

func (objectSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: "object", AdditionalProperties: true}
}

// schemaName is the name of a type in the OpenAPI document: that of what is read, without saying so.
func schemaName(t reflect.Type, hint string) string {
	if t == reflect.TypeFor[loan.View]() {
		return "LoanView"
	}
	return strings.TrimSuffix(huma.DefaultSchemaNamer(t, hint), "Reading")
}

// newRegistry is an empty registry of schemas that knows the types of the domain.
func newRegistry() huma.Registry {
	r := huma.NewMapRegistry(schemaPrefix, schemaName)
	r.RegisterTypeAlias(reflect.TypeFor[money.Amount](), reflect.TypeFor[amountSchema]())
	r.RegisterTypeAlias(reflect.TypeFor[money.Input](), reflect.TypeFor[inputSchema]())
	r.RegisterTypeAlias(reflect.TypeFor[date.Date](), reflect.TypeFor[dateSchema]())
	r.RegisterTypeAlias(reflect.TypeFor[decimal.Decimal](), reflect.TypeFor[decimalSchema]())
	r.RegisterTypeAlias(reflect.TypeFor[uuid.UUID](), reflect.TypeFor[uuidSchema]())
	r.RegisterTypeAlias(reflect.TypeFor[money.Currency](), reflect.TypeFor[currencySchema]())
	r.RegisterTypeAlias(reflect.TypeFor[json.RawMessage](), reflect.TypeFor[objectSchema]())
	r.RegisterTypeAlias(reflect.TypeFor[tree.Proof](), reflect.TypeFor[proofReading]())
	return r
}
