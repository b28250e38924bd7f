package httpapi_test

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// exchanges is requests and their answers as they went over the connection, without what differs from
// one time to the next.
type exchanges struct {
	*house
	fill *strings.Replacer
	said strings.Builder
	ids  map[string]string
}

// send sends a request as it is, and writes it and its answer down. Names in braces are filled in.
func (e *exchanges) send(request string) (answer string) {
	e.t.Helper()
	head, body, _ := strings.Cut(request, "\n\n")
	conn, err := net.Dial("tcp", e.server.Listener.Addr().String())
	must(e.t, err)
	defer conn.Close()
	raw := e.fill.Replace(strings.ReplaceAll(strings.TrimSpace(head), "\n", "\r\n"))
	body = e.fill.Replace(body)
	if !strings.Contains(head, "Content-Length") {
		raw += fmt.Sprintf("\r\nContent-Length: %d", len(body))
	}
	_, err = io.WriteString(conn, raw+"\r\nHost: x\r\n\r\n"+body)
	must(e.t, err)
	if half, is := conn.(*net.TCPConn); is && strings.Contains(head, "Content-Length") {
		must(e.t, half.CloseWrite())
	}
	got, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: strings.Fields(head)[0]})
	must(e.t, err)
	defer got.Body.Close()
	data, err := io.ReadAll(got.Body)
	must(e.t, err)
	if len(body) > 600 {
		request = head + "\n\n" + fmt.Sprintf("%.100s... %d bytes", body, len(body))
	}
	fmt.Fprintf(&e.said, "> %s\n\n< %s\n", strings.ReplaceAll(strings.TrimSpace(request), "\n", "\n> "), got.Status)
	for _, name := range slices.Sorted(maps.Keys(got.Header)) {
		if name != "Date" && name != "Content-Length" {
			for _, value := range got.Header[name] {
				fmt.Fprintf(&e.said, "< %s: %s\n", name, value)
			}
		}
	}
	if got.Close {
		e.said.WriteString("< and the connection is closed\n")
	}
	fmt.Fprintf(&e.said, "%s\n\n", data)
	return string(data)
}

var (
	anyUUID    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	anyMoment  = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`)
	anyNumber  = regexp.MustCompile(`[A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`)
	anyAmount  = regexp.MustCompile(`("took":|"bytes":)\d+`)
	anyRequest = regexp.MustCompile(`("request_id":"|X-Request-Id: )[^"\n]*`)
)

// masked names identifiers by the order in which they come, and moments not at all.
func (e *exchanges) masked(text string) string {
	text = anyNumber.ReplaceAllString(anyMoment.ReplaceAllString(text, "MOMENT"), "NUMBER")
	text = anyRequest.ReplaceAllString(anyAmount.ReplaceAllString(text, "$1"), "${1}REQUEST")
	return anyUUID.ReplaceAllStringFunc(text, func(id string) string {
		if e.ids[id] == "" {
			e.ids[id] = fmt.Sprint("ID-", len(e.ids)+1)
		}
		return e.ids[id]
	})
}

// Every byte that a caller gets is as it was, and every line that is logged and every number that is
// counted with it.
func TestAnswersAreAsTheyWere(t *testing.T) {
	h := newHouse(t)
	loan, who := h.paidOut("smartcash", "10000.00", "15", "4510 123456")
	names := []string{"{loan}", loan, "{LOAN}", strings.ToUpper(loan), "{plain}", strings.ReplaceAll(loan, "-", ""), "{who}", who, "{long}", strings.Repeat("x", 64<<10),
		"{product}", string(read(t, "samples/smartcash-payday.json")), "{apply}", applyFor("smartcash", "5000.00", "10", "4510 777777")}
	for name, secret := range h.tokens {
		names = append(names, "{as "+name+"}", "Authorization: Bearer "+secret)
	}
	e := &exchanges{house: h, fill: strings.NewReplacer(names...), ids: map[string]string{}}
	const golden = "testdata/answers.golden"
	for _, request := range strings.Split(strings.TrimSpace(string(readHere(t, "testdata/requests.txt"))), "\n---\n") {
		e.send(request)
	}
	metrics := ""
	for _, line := range strings.Split(string(h.get("", "/metrics").want(200).body), "\n") {
		if strings.HasPrefix(line, "loanledger_http_commands_total") || strings.HasPrefix(line, "loanledger_http_request_seconds_count") {
			metrics += line + "\n"
		}
	}
	logged := h.logged.String()
	_, logged, _ = strings.Cut(logged, `"route":"POST /v1/loans/{id}/disbursement"`)
	_, logged, _ = strings.Cut(logged, "\n")
	got := e.masked(e.said.String() + metrics + "\n" + logged)
	for name, secret := range h.tokens {
		if strings.Contains(got, secret) {
			t.Errorf("the token of %s got out", name)
		}
	}
	if *update {
		must(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want := strings.Split(string(readHere(t, golden)), "\n")
	for i, line := range strings.Split(got, "\n") {
		if i >= len(want) || line != want[i] {
			t.Fatalf("%s, line %d:\n%s\nnow:\n%s", golden, i+1, strings.Join(want[min(i, len(want)-1):min(i+1, len(want))], ""), line)
		}
	}
	if n := strings.Count(got, "\n") + 1; n != len(want) {
		t.Errorf("%d lines, not %d", n, len(want))
	}
}

func readHere(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	must(t, err)
	return data
}
