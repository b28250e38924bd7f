package httpapi

import (
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"
)

type checkpointReading struct {
	Lender   string    `json:"lender"`
	Book     int       `json:"book"`
	Origin   string    `json:"origin" doc:"the name of the log, and of its keys" example:"loanledger/smartcash/1"`
	Size     int64     `json:"size" doc:"it is signed over the positions 1 to size"`
	Root     string    `json:"root" doc:"base64"`
	SignedAt time.Time `json:"signed_at"`
	Note     string    `json:"checkpoint" doc:"the signed text"`
}

// proofReading describes tree.Proof as it is written in JSON.
type proofReading struct {
	Format string      `json:"format" example:"loanledger-proof@v1"`
	Origin string      `json:"origin" doc:"the name of the log" example:"loanledger/smartcash/1"`
	Size   int64       `json:"size" doc:"of the checkpoint"`
	Index  int64       `json:"index" doc:"of the leaf in the tree: the position less one"`
	Event  leafReading `json:"event"`
	Data   string      `json:"data,omitempty" doc:"the event's public data, the exact text whose hash is in the leaf"`
	Path   []string    `json:"path" doc:"the hashes from the leaf to the root (RFC 6962), base64"`
	Note   string      `json:"checkpoint" doc:"the signed text"`
}

// leafReading describes tree.Leaf as it is written in JSON.
type leafReading struct {
	Book       int       `json:"book"`
	Position   int64     `json:"position"`
	Stream     uuid.UUID `json:"stream_id"`
	Version    int64     `json:"version"`
	Type       string    `json:"type" example:"loan.repaid"`
	Schema     int16     `json:"schema"`
	RecordedAt time.Time `json:"recorded_at"`
	Command    uuid.UUID `json:"command_id"`
	Digest     string    `json:"command_sha256" doc:"base64"`
	Actor      string    `json:"actor"`
	Data       string    `json:"data_sha256" doc:"base64"`
	Personal   string    `json:"personal_sha256,omitempty" doc:"of the sealed part, base64; left out where there is none"`
}

// schemaOf is the schema of a value's type.
func (a *API) schemaOf(body any) *huma.Schema {
	return a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeOf(body), true, "")
}
