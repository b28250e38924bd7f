package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// client is a running service that a tool talks to.
type client struct {
	url   string
	token string
}

// service is the service that a tool is told, or that of loanledger dev, with its operator's token.
func (c *config) service() (client, error) {
	cl := client{url: strings.TrimRight(c.URL, "/"), token: c.Token}
	if cl.url != "" && cl.token != "" {
		return cl, nil
	}
	note, err := readDevNote(c.devDir())
	if err != nil {
		return cl, hinted{fmt.Errorf("no service: %w", err), "give --url and --token, or start loanledger dev and name its --dir"}
	}
	if cl.url == "" {
		cl.url = note.URL
	}
	if cl.token == "" {
		cl.token = note.Tokens["operator"]
	}
	return cl, nil
}

// post sends a command and reads its answer. It waits as long as the context lets it: closing many
// days takes its time.
func (c client) post(ctx context.Context, path string, body, answer any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.ask(ctx, http.MethodPost, path, bytes.NewReader(data), answer)
}

// get reads.
func (c client) get(ctx context.Context, path string, answer any) error {
	return c.ask(ctx, http.MethodGet, path, http.NoBody, answer)
}

func (c client) ask(ctx context.Context, method, path string, body io.Reader, answer any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.url+path, body)
	if err != nil {
		return usageError{err}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.token)
	resp, err := (&http.Client{Timeout: time.Hour}).Do(req)
	if err != nil {
		return hinted{err, "see whether the service runs: loanledger doctor"}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 16<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return problem(resp.StatusCode, text)
	}
	return json.Unmarshal(text, answer)
}

// problem is an error answer of the service, by its code.
func problem(status int, text []byte) error {
	var p struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
		Code   string `json:"code"`
	}
	if json.Unmarshal(text, &p) != nil || p.Code == "" {
		return fmt.Errorf("the service answered %d", status)
	}
	if p.Detail == "" {
		p.Detail = p.Title
	}
	return fmt.Errorf("%s: %s", p.Code, p.Detail)
}
