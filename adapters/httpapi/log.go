package httpapi

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"slices"
	"strings"

	"loanledger/domain/ident"
	"loanledger/domain/ledger"
	"loanledger/eventstore"
	"loanledger/eventstore/tree"

	"github.com/danielgtaylor/huma/v2"
)

// Proofs signs and proves the log of a book. Errors: tree.ErrBeyond, tree.ErrNoCheckpoint, and
// tree.ErrUncovered when the context ends first.
type Proofs interface {
	Latest(ctx context.Context, book eventstore.Book) (tree.Checkpoint, error)
	// Prove answers the event's public data beside the proof. Size 0 is that of the first checkpoint.
	Prove(ctx context.Context, book eventstore.Book, position eventstore.Position, size int64) (tree.Proof, []byte, error)
	Consistency(ctx context.Context, book eventstore.Book, from, to int64) (tree.Consistency, error)
}

// BookChoice names a book of a lender.
type BookChoice struct {
	Lender string `query:"lender" required:"true" doc:"the lender's code" example:"smartcash"`
	Book   int    `query:"book" minimum:"1" maximum:"65535" doc:"of a lender with several books; the first one by default"`
}

type proofInput struct {
	BookChoice
	Position int64 `query:"position" required:"true" minimum:"1" doc:"of the event in the book" example:"42"`
	Size     int64 `query:"size" minimum:"1" doc:"of the checkpoint to prove it under; the first one that was signed over the event by default"`
	Data     bool  `query:"data" doc:"shows the event's public data in the JSON form too"`
}

type consistencyInput struct {
	BookChoice
	From int64 `query:"from" required:"true" minimum:"1" doc:"the size of the earlier log" example:"10"`
	To   int64 `query:"to" minimum:"1" doc:"the size of the later log; that of the latest checkpoint by default"`
}

// noteOutput is JSON, or text.
type noteOutput struct {
	ContentType string `header:"Content-Type"`
	Body        any
}

type consistencyReading struct {
	Lender   string   `json:"lender"`
	Book     int      `json:"book"`
	From     int64    `json:"from"`
	To       int64    `json:"to"`
	FromRoot string   `json:"from_root" doc:"base64; to be compared with the root of the earlier checkpoint"`
	ToRoot   string   `json:"to_root" doc:"base64; to be compared with the root of the later checkpoint"`
	Path     []string `json:"path" doc:"the hashes of the proof (RFC 6962), base64"`
	Note     string   `json:"checkpoint,omitempty" doc:"the latest checkpoint, where to was not given"`
}

// readLog is who may read the log.
var readLog = []ledger.Role{ledger.Service, ledger.Operator, ledger.Auditor}

func (a *API) registerLog() {
	checkpoint := register(a, route{
		method: http.MethodGet, path: "/v1/log/checkpoint", id: "log.checkpoint", tag: tagLog, summary: "Get the signed head of the log",
		about: "Covers every event that is there now. Text by default (C2SP tlog-checkpoint), JSON where that is accepted. Keep it: verify can tell later whether the log still begins with it.",
		roles: readLog,
	}, a.readCheckpoint)
	a.documentForms(checkpoint, checkpointReading{})
	proof := register(a, route{
		method: http.MethodGet, path: "/v1/log/proof", id: "log.proof", tag: tagLog, summary: "Prove that an event is in the log",
		about: "JSON by default, or text where that is accepted (C2SP tlog-proof). Either verifies offline, with the public key alone: loanledger verify --proof. A checkpoint is signed where none covers the event yet.",
		roles: readLog,
	}, a.readProof)
	a.documentForms(proof, proofReading{})
	register(a, route{
		method: http.MethodGet, path: "/v1/log/consistency", id: "log.consistency", tag: tagLog, summary: "Prove that a later log extends an earlier one",
		roles: readLog,
	}, a.readConsistency)
}

// numberFor is the book that is asked for, which the caller may deal with.
func (a *API) numberFor(c Caller, choice BookChoice) (eventstore.Book, error) {
	books, err := a.orders.BooksOf(c.orders(), choice.Lender)
	if err != nil {
		return 0, err
	}
	number := books[0]
	if choice.Book != 0 {
		number = ident.Book(choice.Book)
	}
	if !slices.Contains(books, number) {
		return 0, faultParameter.With("the query parameter book")
	}
	return eventstore.Book(number), nil
}

func (a *API) readCheckpoint(ctx context.Context, c Caller, in *BookChoice) (*noteOutput, error) {
	number, err := a.numberFor(c, *in)
	if err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, a.positionTime)
	defer cancel()
	k, err := a.Proofs.Latest(waiting, number)
	if err != nil {
		return nil, proofFault(err)
	}
	if accepts(ctx, textForm, jsonForm) == textForm {
		return &noteOutput{textForm + "; charset=utf-8", []byte(k.Note)}, nil
	}
	return &noteOutput{jsonForm, checkpointReading{in.Lender, int(number), k.Origin, k.Size, k.Root.String(), k.SignedAt, k.Note}}, nil
}

func (a *API) readProof(ctx context.Context, c Caller, in *proofInput) (*noteOutput, error) {
	number, err := a.numberFor(c, in.BookChoice)
	if err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, a.positionTime)
	defer cancel()
	p, data, err := a.Proofs.Prove(waiting, number, eventstore.Position(in.Position), in.Size)
	if err != nil {
		return nil, proofFault(err)
	}
	if accepts(ctx, jsonForm, textForm) == textForm {
		return &noteOutput{textForm + "; charset=utf-8", []byte(p.Text())}, nil
	}
	if in.Data {
		p.Data = data
	}
	return &noteOutput{jsonForm, p}, nil
}

func (a *API) readConsistency(ctx context.Context, c Caller, in *consistencyInput) (*reading[consistencyReading], error) {
	number, err := a.numberFor(c, in.BookChoice)
	if err != nil {
		return nil, err
	}
	waiting, cancel := context.WithTimeout(ctx, a.positionTime)
	defer cancel()
	r := consistencyReading{Lender: in.Lender, Book: int(number), To: in.To, Path: []string{}}
	if r.To == 0 {
		latest, err := a.Proofs.Latest(waiting, number)
		if err != nil {
			return nil, proofFault(err)
		}
		r.To, r.Note = latest.Size, latest.Note
	}
	p, err := a.Proofs.Consistency(waiting, number, in.From, r.To)
	if err != nil {
		return nil, proofFault(err)
	}
	r.From, r.FromRoot, r.ToRoot = p.From, p.FromRoot.String(), p.ToRoot.String()
	for _, h := range p.Path {
		r.Path = append(r.Path, h.String())
	}
	return &reading[consistencyReading]{r}, nil
}

// proofFault is what an error of Proofs is answered with.
func proofFault(err error) error {
	for _, row := range []struct{ err, fault error }{
		{tree.ErrUncovered, ErrPending}, {tree.ErrBeyond, faultBeyond}, {tree.ErrNoCheckpoint, faultNoCheckpoint},
	} {
		if errors.Is(err, row.err) {
			return row.fault
		}
	}
	return err
}

// The forms of what can be text or JSON.
const (
	jsonForm = "application/json"
	textForm = "text/plain"
)

// accepts is the form that the request names first, or the first one given where it names none.
func accepts(ctx context.Context, forms ...string) string {
	for part := range strings.SplitSeq(strings.Join(exchangeOf(ctx).request.Header.Values("Accept"), ","), ",") {
		media, _, err := mime.ParseMediaType(part)
		if err == nil && slices.Contains(forms, media) {
			return media
		}
	}
	return forms[0]
}

// documentForms describes an answer that is JSON or text.
func (a *API) documentForms(op *huma.Operation, body any) {
	op.Responses["200"].Headers = nil
	op.Responses["200"].Content = map[string]*huma.MediaType{
		jsonForm: {Schema: a.schemaOf(body)}, textForm: {Schema: &huma.Schema{Type: "string"}},
	}
}
