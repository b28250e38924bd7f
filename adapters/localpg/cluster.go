package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"loanledger/adapters/internal/localdir"
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
func openCluster(ctx context.Context, dir *localdir.Dir, who account, scratch string, volatile bool) (*cluster, error) {
	c := &cluster{dir: dir.Path(), data: dir.File("data"), account: who, volatile: volatile}
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
	// A new password is kept before its cluster is made, so that no crash
	// leaves a cluster without.
	if c.password, err = dir.Secret("password", exists); err != nil {
		return nil, fmt.Errorf("localpg: %w", err)
	}
	if !exists {
		err = c.initialise(ctx, scratch)
	}
	return c, err
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
	if err := localdir.WriteFile(secret, []byte(c.password+"\n"), 0o600); err != nil {
		return fmt.Errorf("localpg: %w", err)
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
