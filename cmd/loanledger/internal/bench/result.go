package bench

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Report is everything that was measured, and on what.
type Report struct {
	Results  []Result `json:"results"`
	Cores    int      `json:"cores"`
	Postgres string   `json:"postgres"` // the server's version
	Private  bool     `json:"private"`  // the server was started for this
	Seconds  float64  `json:"seconds"`
	Rounds   int      `json:"rounds"`
	// SlowCommit is by how much each commit was slowed on purpose, in milliseconds.
	SlowCommit float64 `json:"slow_commit_ms,omitempty"`
}

// Result is one row.
type Result struct {
	Name              string  `json:"name"`
	Detail            string  `json:"detail,omitempty"` // tells rows of the same name and clients apart
	Clients           int     `json:"clients"`          // at work at the same time
	Unit              string  `json:"unit"`             // what is counted, a second
	PerSecond         float64 `json:"per_second"`       // the median of the rounds
	Baseline          string  `json:"baseline"`
	BaselinePerSecond float64 `json:"baseline_per_second"`
	// Ratio is the median of the ratios of the rounds, so that it need not be exactly the ratio of the
	// two medians.
	Ratio float64 `json:"ratio"`
	// P50 and P99 are of the times of single operations in all rounds, in milliseconds.
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
	// ProcessCPU is which part of the machine's processors this process took; most of the rest was
	// Postgres' and the kernel's.
	ProcessCPU float64 `json:"process_cpu"`
	LimitedBy  string  `json:"limited_by"`
}

// stretch is what was done in a stretch of time.
type stretch struct {
	count     int64 // in the unit of the contest
	took      time.Duration
	latencies histogram
	cpu       time.Duration // of this process
}

func (s *stretch) perSecond() float64 { return float64(s.count) / s.took.Seconds() }

// median is the middle one of numbers, or the mean of the two in the middle. It panics without any.
func median(numbers []float64) float64 {
	sorted := slices.Sorted(slices.Values(numbers))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// digits rounds to a number of significant digits.
func digits(x float64, n int) float64 {
	if x == 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return x
	}
	unit := math.Pow(10, float64(n-1)-math.Floor(math.Log10(math.Abs(x))))
	return math.Round(x*unit) / unit
}

// milliseconds are for a person to read, so they have three significant digits.
func milliseconds(d time.Duration) float64 { return digits(d.Seconds()*1000, 3) }

// share is a part of a whole, never over 1.
func share(part, whole time.Duration) float64 {
	return digits(min(1, part.Seconds()/cmp.Or(whole.Seconds(), 1)), 2)
}
