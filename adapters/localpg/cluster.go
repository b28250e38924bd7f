package localpg

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// cluster is an initialised data directory and what is needed to run it.
type cluster struct {
	dir      string // what the owner gave; data is inside
	data     string
	account  account
	binaries installation
	password string
	volatile bool
}

// openCluster finds binaries that fit the directory, and makes the cluster
// where there is none. The scratch directory must belong to the account.
func openCluster(ctx context.Context, dir string, who account, scratch string, volatile bool) (*cluster, error) {
	c := &cluster{dir: dir, data: filepath.Join(dir, "data"), account: who, volatile: volatile}
	found, err := findInstallations(os.Getenv("PG_BIN"), os.Getenv("PATH"))
	if err != nil {
		return nil, err
	}
	if c.binaries, err = chooseInstallation(found, c.data); err != nil {
		return nil, err
	}
	_, err = os.Stat(filepath.Join(c.data, "PG_VERSION"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	exists := err == nil
	if c.password, err = keptPassword(filepath.Join(dir, "password"), exists); err != nil {
		return nil, err
	}
	if !exists {
		err = c.initialise(ctx, scratch)
	}
	return c, err
}

// keptPassword reads the password of an existing cluster, or makes and keeps
// one before its cluster is made, so that no crash leaves a cluster without.
func keptPassword(path string, clusterExists bool) (string, error) {
	text, err := os.ReadFile(path)
	if err == nil && len(strings.TrimSpace(string(text))) > 0 {
		return strings.TrimSpace(string(text)), nil
	}
	if clusterExists {
		return "", fmt.Errorf("localpg: the password of the existing database is gone from %s; put the file back", path)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("localpg: %w", err)
	}
	var secret [24]byte
	rand.Read(secret[:])
	password := hex.EncodeToString(secret[:])
	return password, writeFile(path, []byte(password+"\n"), 0o600)
}

// initialise runs initdb in a directory beside the final one and renames it
// when it is complete. What an interrupted initdb left behind never was a
// database, so that it may go.
func (c *cluster) initialise(ctx context.Context, scratch string) error {
	staging := c.data + ".new"
	if err := os.RemoveAll(staging); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	if err := os.Mkdir(staging, 0o700); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	if err := c.account.own(staging); err != nil {
		return err
	}
	secret := filepath.Join(scratch, "initdb-password")
	if err := writeFile(secret, []byte(c.password+"\n"), 0o600); err != nil {
		return err
	}
	defer os.Remove(secret)
	if err := c.account.own(secret); err != nil {
		return err
	}
	args := []string{"--username=" + Role, "--pwfile=" + secret, "--auth=scram-sha-256", "--data-checksums"}
	args = append(args, localeArgs(c.binaries.major)...)
	if c.volatile {
		args = append(args, "--no-sync")
	}
	if err := c.runInitdb(ctx, staging, args); err != nil {
		return err
	}
	if err := os.Rename(staging, c.data); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	return syncDirectory(c.dir)
}

func (c *cluster) runInitdb(ctx context.Context, staging string, args []string) error {
	output, err := os.CreateTemp("", "loanledger-initdb-*.log")
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	defer os.Remove(output.Name())
	defer output.Close()
	initdb, err := c.spawn("initdb", staging, args, output, syscall.SIGTERM)
	if err != nil {
		return err
	}
	select {
	case <-initdb.exited:
	case <-ctx.Done():
		initdb.signal(syscall.SIGTERM)
		<-initdb.exited
		return fmt.Errorf("localpg: initdb: %w", ctx.Err())
	}
	if initdb.err != nil {
		return fmt.Errorf("localpg: initdb: %w:\n%s", initdb.err, tail(output.Name()))
	}
	return nil
}

// localeArgs make a database that sorts by code point on every machine and
// knows upper and lower case of all of Unicode where the system can.
func localeArgs(major int) []string {
	switch {
	case major >= 17:
		return []string{"--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"}
	case runtime.GOOS == "linux":
		return []string{"--encoding=UTF8", "--no-locale", "--lc-ctype=C.UTF-8"}
	default:
		return []string{"--encoding=UTF8", "--no-locale"}
	}
}

// writeFile writes a file in one step: a reader, or a crash, meets the old
// content or the new.
func writeFile(path string, content []byte, mode os.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("localpg: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

func syncDirectory(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("localpg: %w", err)
	}
	return nil
}
