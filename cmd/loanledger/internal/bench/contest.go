package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"
)

// contest is a row of the result: what is measured against what.
type contest struct {
	name     string
	detail   string
	clients  int
	unit     string
	baseline string
	limit    string // what keeps it from being faster
	// ours and bare do and time a stretch each; a round is one of ours, and then one of bare, which may
	// take over from ours how much there is to do.
	ours, bare func(context.Context) (stretch, error)
	// begin prepares what takes long; may be nil.
	begin func(context.Context) error
	// end gives back what the contest holds; may be nil.
	end func()
}

func (c contest) label() string {
	text := fmt.Sprintf("%s, %d clients", c.name, c.clients)
	if c.clients == 1 {
		text = c.name + ", 1 client"
	}
	if c.detail != "" {
		text += ", " + c.detail
	}
	return text
}

// hold lets what is measured and its baseline take turns.
func (r *rig) hold(ctx context.Context, c contest, progress func(round int)) (Result, error) {
	if c.end != nil {
		defer c.end()
	}
	if c.begin != nil {
		if err := c.begin(ctx); err != nil {
			return Result{}, fmt.Errorf("prepare: %w", err)
		}
	}
	var rates, bareRates, ratios []float64
	var latencies histogram
	var cpu, wall time.Duration
	for round := range r.options.rounds() {
		progress(round)
		ours, err := r.profiled(ctx, c, round)
		if err != nil {
			return Result{}, err
		}
		if err := r.settle(ctx); err != nil {
			return Result{}, err
		}
		bare, err := c.bare(ctx)
		if err != nil {
			return Result{}, fmt.Errorf("baseline %s: %w", c.baseline, err)
		}
		if ours.count == 0 || bare.count == 0 {
			return Result{}, fmt.Errorf("nothing was done in a round of %v; let it take longer", ours.took)
		}
		rates, bareRates = append(rates, ours.perSecond()), append(bareRates, bare.perSecond())
		ratios = append(ratios, ours.perSecond()/bare.perSecond())
		latencies.merge(&ours.latencies)
		cpu, wall = cpu+ours.cpu, wall+ours.took
	}
	return Result{
		Name: c.name, Detail: c.detail, Clients: c.clients, Unit: c.unit, PerSecond: digits(median(rates), 4),
		Baseline: c.baseline, BaselinePerSecond: digits(median(bareRates), 4), Ratio: digits(median(ratios), 3),
		P50: milliseconds(latencies.percentile(0.50)), P99: milliseconds(latencies.percentile(0.99)),
		ProcessCPU: share(cpu, wall*time.Duration(runtime.NumCPU())), LimitedBy: c.limit,
	}, nil
}

// profiled does a stretch of what is measured, and writes where its time went, if that is asked for.
func (r *rig) profiled(ctx context.Context, c contest, round int) (stretch, error) {
	if err := r.settle(ctx); err != nil {
		return stretch{}, err
	}
	if r.options.Profiles == "" {
		return c.ours(ctx)
	}
	name := fmt.Sprintf("%s-%d-%d.pprof", c.name, c.clients, round+1)
	if c.detail != "" {
		name = c.detail + "-" + name
	}
	file, err := os.Create(filepath.Join(r.options.Profiles, name))
	if err != nil {
		return stretch{}, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return stretch{}, err
	}
	s, err := c.ours(ctx)
	pprof.StopCPUProfile()
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	return s, err
}

// perRound is how long a stretch takes.
func (r *rig) perRound() time.Duration {
	return time.Duration(r.options.Seconds / float64(r.options.rounds()) * float64(time.Second))
}
