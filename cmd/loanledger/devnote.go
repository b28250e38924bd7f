package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// devNote is what loanledger dev prints once it is ready, and keeps in its folder, readable by its
// user only, so that the other commands find it.
type devNote struct {
	URL         string            `json:"url"`
	DatabaseURL string            `json:"database_url"`
	NatsURL     string            `json:"nats_url"`
	Tokens      map[string]string `json:"tokens"`
	Lenders     []devLender       `json:"lenders"`
}

// devLender is a lender of the note. Client is the login of a borrower in the client area, where the
// lender has one.
type devLender struct {
	Code   string     `json:"code"`
	WebURL string     `json:"web_url"`
	Client *devClient `json:"client"`
}

type devClient struct {
	Login    string `json:"login"`
	Password string `json:"password"`
}

const devNoteName = "dev.json"

// devDir is the folder of loanledger dev: as told, or in the user's data folder.
func (c *config) devDir() string {
	if c.Dir != "" {
		return c.Dir
	}
	if data := os.Getenv("XDG_DATA_HOME"); data != "" {
		return filepath.Join(data, "loanledger", "dev")
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return filepath.Join(os.TempDir(), fmt.Sprintf("loanledger-dev-%d", os.Getuid()))
	}
	return filepath.Join(home, ".local", "share", "loanledger", "dev")
}

func readDevNote(dir string) (devNote, error) {
	var note devNote
	data, err := os.ReadFile(filepath.Join(dir, devNoteName))
	if errors.Is(err, fs.ErrNotExist) {
		return note, errors.New("loanledger dev was never started in its folder")
	}
	if err == nil {
		err = json.Unmarshal(data, &note)
	}
	return note, err
}

func writeDevNote(dir string, note devNote) error {
	data, err := json.Marshal(note)
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, devNoteName), data)
}

// replaceFile writes a file that only its user may read, all of it or nothing.
func replaceFile(path string, data []byte) error {
	scratch, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = scratch.Write(data)
	if err == nil {
		err = scratch.Sync()
	}
	if closeErr := scratch.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(scratch.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(scratch.Name()))
	}
	return nil
}
