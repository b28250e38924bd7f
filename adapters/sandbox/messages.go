package sandbox

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Message is a message that would have been sent.
type Message struct {
	ID      string    `json:"-"` // a message is captured once under its ID
	To      string    `json:"to"`
	Channel string    `json:"channel"` // sms | email
	Kind    string    `json:"kind"`
	Text    string    `json:"text"`
	Code    string    `json:"code"` // a one-time code in the text; empty where there is none
	At      time.Time `json:"at"`
}

// Messages is the captured messages of a database.
type Messages struct{ pool *pgxpool.Pool }

// NewMessages is the captured messages of a database with Migrations.
func NewMessages(pool *pgxpool.Pool) *Messages { return &Messages{pool} }

// Capture keeps a message; one that is kept already stays as it is.
func (m *Messages) Capture(ctx context.Context, msg Message) error {
	_, err := m.pool.Exec(ctx, `INSERT INTO sandbox.captured_messages (id, at, recipient, channel, kind, body, code)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING`,
		msg.ID, msg.At, msg.To, msg.Channel, msg.Kind, msg.Text, msg.Code)
	if err != nil {
		return fmt.Errorf("capture a message: %w", err)
	}
	return nil
}

// shown is how many messages are shown at most.
const shown = 200

// list is the latest messages to someone, or to anyone where to is empty, the newest first.
func (m *Messages) list(ctx context.Context, to string) ([]Message, error) {
	rows, err := m.pool.Query(ctx, `SELECT id, recipient, channel, kind, body, code, at FROM sandbox.captured_messages
		WHERE recipient = $1 OR $1 = '' ORDER BY at DESC, id DESC LIMIT $2`, to, shown)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Message])
}
