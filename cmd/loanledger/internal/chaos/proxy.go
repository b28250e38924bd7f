package chaos

import (
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// proxy stands between a process and a server, and does to what passes what networks do.
type proxy struct {
	listener net.Listener
	target   func() string // the server's address, which may change when it starts again

	mu     sync.Mutex
	random *rand.Rand
	pipes  map[*pipe]struct{}
	mode   weather
	change chan struct{} // closed when the weather changes
}

// weather is what a proxy does to what passes.
type weather struct {
	delay  time.Duration // of every piece, each way
	frozen bool          // nothing passes
	mute   bool          // requests pass, and answers are lost
	torn   bool          // half of the next piece passes, and then the connection ends
}

// pipe is a connection of a process with its server.
type pipe struct {
	client, server net.Conn
	once           sync.Once
	hang           chan struct{} // where its process's machine is gone: closed when the server notices
}

func (p *pipe) close() {
	p.once.Do(func() {
		p.client.Close()
		p.server.Close()
	})
}

// listen starts a proxy on a free port of this machine.
func listen(target func() string, random *rand.Rand) (*proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	x := &proxy{listener: listener, target: target, random: random, pipes: map[*pipe]struct{}{}, change: make(chan struct{})}
	go x.accept()
	return x, nil
}

func (x *proxy) address() string { return x.listener.Addr().String() }

func (x *proxy) accept() {
	for {
		client, err := x.listener.Accept()
		if err != nil {
			return // closed
		}
		go x.connect(client)
	}
}

func (x *proxy) connect(client net.Conn) {
	server, err := net.DialTimeout("tcp", x.target(), 5*time.Second)
	if err != nil {
		client.Close()
		return
	}
	p := &pipe{client: client, server: server}
	x.mu.Lock()
	x.pipes[p] = struct{}{}
	x.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { x.pass(p, client, server, false) })
	both.Go(func() { x.pass(p, server, client, true) })
	both.Wait()
	x.mu.Lock()
	delete(x.pipes, p)
	x.mu.Unlock()
}

// mostPiece is how much passes at a time: little, so that most requests are several pieces.
const mostPiece = 2 << 10

// pass carries one direction of a connection, piece by piece, until either side ends it.
func (x *proxy) pass(p *pipe, from, to net.Conn, answers bool) {
	defer p.close()
	buffer := make([]byte, mostPiece)
	for {
		n, err := from.Read(buffer)
		if hang := x.hangs(p); hang != nil {
			if !answers && n > 0 {
				_, _ = to.Write(buffer[:n/2])
			}
			<-hang
			return
		}
		if n > 0 {
			piece, torn := x.through(buffer[:n], answers)
			if _, writeErr := to.Write(piece); writeErr != nil || torn {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// through is what the weather leaves of a piece, once it lets it pass.
func (x *proxy) through(piece []byte, answer bool) (rest []byte, torn bool) {
	for {
		x.mu.Lock()
		mode, change := x.mode, x.change
		if mode.torn && !mode.frozen {
			x.mode.torn = false
			cut := x.random.IntN(len(piece))
			x.mu.Unlock()
			return piece[:cut], true
		}
		x.mu.Unlock()
		if mode.frozen {
			<-change
			continue
		}
		if mode.mute && answer {
			return nil, false
		}
		time.Sleep(mode.delay)
		return piece, false
	}
}

// set changes the weather.
func (x *proxy) set(w weather) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.mode = w
	close(x.change)
	x.change = make(chan struct{})
}

// cut ends all connections, and answers how many there were.
func (x *proxy) cut() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	for p := range x.pipes {
		p.close()
	}
	return len(x.pipes)
}

// lose has the machine behind all present connections vanish: half of what comes next still passes,
// and then nothing, not even an end. After a while the server notices.
func (x *proxy) lose(while time.Duration) {
	hang := make(chan struct{})
	x.mu.Lock()
	var lost []*pipe
	for p := range x.pipes {
		p.hang = hang
		lost = append(lost, p)
	}
	x.mu.Unlock()
	time.AfterFunc(while, func() {
		close(hang)
		for _, p := range lost {
			p.close()
		}
	})
}

func (x *proxy) hangs(p *pipe) chan struct{} {
	x.mu.Lock()
	defer x.mu.Unlock()
	return p.hang
}

// close ends the proxy.
func (x *proxy) close() {
	x.listener.Close()
	x.set(weather{})
	x.cut()
}
