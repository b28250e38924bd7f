package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"loanledger/adapters/localpg"
)

// superviseDir names the variable that makes a test binary a supervisor: the
// parent of the shared server, which outlives the test that needed it first.
const superviseDir = "LOANLEDGER_PGTEST_SUPERVISE"

// A test binary gets no chance to act after its last test, and most have no
// main function of their own to act before the first; so the supervisor
// branches off here, in whichever test binary was first.
func init() {
	dir := os.Getenv(superviseDir)
	if dir == "" {
		return
	}
	const ready = 3
	syscall.CloseOnExec(ready) // the server must not hold it open
	if err := supervise(sharedDir(dir), os.NewFile(ready, "ready")); err != nil {
		log.Fatalf("pgtest supervisor: %v", err)
	}
	os.Exit(0)
}

// startSupervisor runs this binary once more as the supervisor and waits until
// the server answers. The caller holds the lock for starting.
func (d sharedDir) startSupervisor() (sharedServer, error) {
	self, err := thisProgram()
	if err != nil {
		return "", err
	}
	said, err := os.OpenFile(d.file("log"), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return "", err
	}
	defer said.Close()
	ready, tellReady, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer ready.Close()
	cmd := exec.Command(self)
	cmd.Args[0] = "pgtest-supervisor"
	cmd.Env = append(os.Environ(), superviseDir+"="+string(d))
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = said, said
	cmd.ExtraFiles = []*os.File{tellReady}
	// A session of its own: an interrupt ends the tests, and their end ends it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = errors.Join(cmd.Start(), tellReady.Close())
	if err != nil {
		return "", err
	}
	address, err := io.ReadAll(ready)
	if err != nil {
		return "", err
	}
	if len(address) > 0 {
		return sharedServer(address), nil
	}
	failure := cmd.Wait()
	text, err := os.ReadFile(d.file("log"))
	return "", errors.Join(fmt.Errorf("its supervisor ended (%v): %s", failure, text), err)
}

// thisProgram is how this process starts itself once more. Linux knows the
// running file even where its directory is closed to this account.
func thisProgram() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

// supervise runs the server until the last user has left and then takes it
// away with all it holds.
func supervise(d sharedDir, ready *os.File) error {
	interrupted, stopListening := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stopListening()
	held, err := lock(d.file("supervisor"), syscall.LOCK_EX)
	if err != nil {
		return err
	}
	keptForLife = append(keptForLife, held)
	if err := d.clearLeftovers(); err != nil {
		return err
	}
	server, err := localpg.Start(interrupted, localpg.Options{Dir: d.file("pg"), Volatile: true})
	if err != nil {
		return err
	}
	err = d.serve(interrupted, server, ready)
	stopping, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return errors.Join(err, server.Stop(stopping), os.Remove(d.file("address")), os.RemoveAll(d.file("pg")))
}

// serve tells the address and waits for the last user to leave. It returns
// with the file of users locked, which this process never lets go: who comes
// now waits for its end, and then starts another.
func (d sharedDir) serve(interrupted context.Context, server *localpg.Server, ready *os.File) error {
	address := []byte(server.URL(""))
	if err := os.WriteFile(d.file("address"), address, 0o600); err != nil {
		return err
	}
	_, err := ready.Write(address)
	if err := errors.Join(err, ready.Close()); err != nil {
		return err
	}
	for {
		select {
		case <-interrupted.Done():
			return nil
		case <-server.Done():
			return errors.New("the server ended by itself")
		case <-time.After(50 * time.Millisecond):
		}
		left, err := d.lastUserLeft()
		if left || err != nil {
			return err
		}
	}
}

func (d sharedDir) lastUserLeft() (bool, error) {
	users, err := lock(d.file("users"), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	waiting, err := d.runnersLeft()
	if waiting || err != nil {
		return false, errors.Join(err, users.Close())
	}
	keptForLife = append(keptForLife, users)
	return true, nil
}

// clearLeftovers takes away the server of a supervisor that was killed. Its
// files were never synced and may be damaged, so that nothing of it is used
// again; taking it over first makes sure that it does not run.
func (d sharedDir) clearLeftovers() error {
	if _, err := os.Stat(d.file("pg")); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	old, err := localpg.Start(ctx, localpg.Options{Dir: d.file("pg"), Volatile: true})
	switch {
	case errors.Is(err, localpg.ErrOwned):
		return err // somebody lives there after all
	case err == nil:
		if err := old.Stop(ctx); err != nil {
			return err
		}
	}
	return os.RemoveAll(d.file("pg"))
}
