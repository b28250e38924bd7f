package main_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// The pages that there are, in a real browser at the width of a phone and of a desk: nothing sticks
// out, nothing is missing. With SCREENSHOTS set to a folder, pictures are kept there.
func TestPagesInABrowser(t *testing.T) {
	d := startDev(t, t.TempDir())
	d.must("service", http.MethodPost, "/v1/loans", "browser", map[string]any{
		"lender": "cashper", "product": "minicredit", "principal": "300.00", "term_days": 30, "borrower": map[string]string{
			"full_name": "Ana Ruiz", "birth_date": "1990-01-01", "document_number": "12345678Z", "phone": "+34600000001",
		},
	})
	browser := startBrowser(t)
	for _, page := range []struct{ path, has string }{
		{"/docs", "Record a repayment"},
		{"/docs", "loan_already_active"},
		{"/sandbox/messages", "Captured messages"},
		{"/sandbox/messages?to=%2B34600000009", "No message to this recipient yet."},
	} {
		for _, width := range []int64{390, 1280} {
			text, overflow := visit(t, browser, d.URL+page.path, width)
			if !strings.Contains(text, page.has) {
				t.Errorf("%s at %d px does not say %q", page.path, width, page.has)
			}
			if overflow > 0 {
				t.Errorf("%s at %d px sticks out by %d px", page.path, width, overflow)
			}
		}
	}
}

// startBrowser starts the system's Chromium without a window.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-quic", true), chromedp.UserDataDir(t.TempDir()))
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell", "headless_shell"} {
		if path, err := exec.LookPath(name); err == nil {
			options = append(options, chromedp.ExecPath(path))
			break
		}
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	browser, closeBrowser := chromedp.NewContext(allocator)
	t.Cleanup(closeBrowser)
	do(t, browser, chromedp.Navigate("about:blank")) // it starts now, and does not end with the first page
	return browser
}

// do has the browser do something.
func do[T any](t *testing.T, tab context.Context, a chromedp.Action[T]) T {
	t.Helper()
	result, err := chromedp.Run(tab, a)
	if err != nil {
		t.Fatalf("the browser: %v (make test installs Chromium)", err)
	}
	return result
}

// visit opens a page at a width and answers its text, and by how many pixels it is wider.
func visit(t *testing.T, browser context.Context, url string, width int64) (text string, overflow int) {
	t.Helper()
	tab, done := context.WithTimeout(browser, time.Minute)
	defer done()
	do(t, tab, chromedp.EmulateViewport(width, 1200))
	do(t, tab, chromedp.Navigate(url))
	text = do(t, tab, chromedp.Evaluate[string](`document.body.innerText`))
	overflow = do(t, tab, chromedp.Evaluate[int](`document.documentElement.scrollWidth - window.innerWidth`))
	picture := do(t, tab, chromedp.CaptureScreenshot())
	if folder := os.Getenv("SCREENSHOTS"); folder != "" {
		name := fmt.Sprintf("%s-%d.png", filepath.Base(url), width)
		if err := os.WriteFile(filepath.Join(folder, name), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return text, overflow
}
