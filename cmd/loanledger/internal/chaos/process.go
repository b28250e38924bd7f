package chaos

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// process is one life of a process of the campaign.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	ready  chan struct{} // closed when it says so
	url    string        // of a broker that is ready
	exited chan struct{} // closed when it is gone, and all that it said was read
	err    error         // how it ended; to be read after exited is closed
	stderr *lastWords
	sights func(sight)

	mu      sync.Mutex
	writing sync.Mutex // one line at a time
	waiting map[int64]chan answer
	ended   bool // on purpose: it was killed, or told to end
}

// start runs a program as a process of the campaign, and briefs it.
func start(program []string, b briefing, sights func(sight)) (*process, error) {
	p := &process{
		cmd: exec.Command(program[0], program[1:]...), ready: make(chan struct{}), exited: make(chan struct{}),
		stderr: &lastWords{}, sights: sights, waiting: map[int64]chan answer{},
	}
	p.cmd.Stderr = p.stderr
	p.cmd.SysProcAttr = processAttributes()
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.in = in
	started := make(chan error)
	go func() {
		// The signal on the parent's death is bound to the thread that started the process, so that one
		// must live as long.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.listen(out)
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", program[0], err)
	}
	text, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	p.tell(text)
	return p, nil
}

// listen reads what the process says, to the end.
func (p *process) listen(out io.Reader) {
	lines := bufio.NewReaderSize(out, 1<<16)
	for {
		text, err := lines.ReadBytes('\n')
		if err != nil {
			return // what it was about to say when it was killed was not said
		}
		var l line
		if json.Unmarshal(text, &l) != nil {
			continue
		}
		switch {
		case l.Ready:
			p.url = l.URL
			close(p.ready)
		case l.Sight != nil:
			p.sights(*l.Sight)
		case l.Answer != nil:
			p.mu.Lock()
			waiting := p.waiting[l.Answer.Nr]
			delete(p.waiting, l.Answer.Nr)
			p.mu.Unlock()
			if waiting != nil {
				waiting <- *l.Answer
			}
		}
	}
}

// tell writes a line. Where that fails the process is gone, which is noticed elsewhere.
func (p *process) tell(text []byte) {
	p.writing.Lock()
	defer p.writing.Unlock()
	_, _ = p.in.Write(append(text, '\n'))
}

// give has the process carry an order out. It answers false when the process was gone before it had
// answered.
func (p *process) give(o *order) (answer, bool) {
	text, err := json.Marshal(o)
	if err != nil {
		panic("chaos: an order cannot be written: " + err.Error())
	}
	waiting := make(chan answer, 1)
	p.mu.Lock()
	p.waiting[o.Nr] = waiting
	p.mu.Unlock()
	p.tell(text)
	select {
	case a := <-waiting:
		return a, true
	case <-p.exited:
	}
	select {
	case a := <-waiting:
		return a, true
	default:
		return answer{}, false
	}
}

// signal sends a signal, unless the process is gone.
func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

// kill ends the process as a crash does.
func (p *process) kill() {
	p.onPurpose()
	p.signal(syscall.SIGKILL)
	<-p.exited
}

// end tells the process to end, and kills it if it does not within a time.
func (p *process) end(within time.Duration) error {
	p.onPurpose()
	_ = p.in.Close()
	select {
	case <-p.exited:
		return p.err
	case <-time.After(within):
		p.kill()
		return fmt.Errorf("it did not end within %s", within)
	}
}

func (p *process) onPurpose() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = true
}

// surprise says why the process ended, if nobody made it.
func (p *process) surprise() (string, bool) {
	select {
	case <-p.exited:
	default:
		return "", false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Sprintf("%v: %s", p.err, p.stderr), !p.ended
}

// awaitReady waits until the process says that it is ready.
func (p *process) awaitReady(ctx context.Context) error {
	select {
	case <-p.ready:
		return nil
	case <-p.exited:
		return fmt.Errorf("a process ended at its start: %v: %s", p.err, p.stderr)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// lastWords keeps the end of what a process says on its error output.
type lastWords struct {
	mu   sync.Mutex
	text []byte
}

const mostLastWords = 8 << 10

// Write takes what is said.
func (w *lastWords) Write(said []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = append(w.text, said...)
	w.text = bytes.Clone(w.text[max(0, len(w.text)-mostLastWords):])
	return len(said), nil
}

// String is the end of what was said.
func (w *lastWords) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return string(bytes.TrimSpace(w.text))
}
