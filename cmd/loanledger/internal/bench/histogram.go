package bench

import (
	"math/bits"
	"time"
)

// histogram counts durations in bands that widen with the duration: 64 of them from each power of two
// nanoseconds to the next. So a percentile is off by less than a hundredth, whatever the range, and a
// histogram has one small size however much it counts. The zero value is empty.
type histogram struct {
	bands []uint32
	total uint64
}

const (
	bandBits = 6
	// longestBits bounds what is told apart: some 4 hours. What is longer counts as that.
	longestBits = 44
	bandCount   = (longestBits - bandBits + 1) << bandBits
)

// add counts a duration; a negative one as none.
func (h *histogram) add(d time.Duration) {
	if h.bands == nil {
		h.bands = make([]uint32, bandCount)
	}
	h.bands[band(d)]++
	h.total++
}

// band is where a duration is counted.
func band(d time.Duration) int {
	n := uint64(max(0, d))
	if n < 1<<bandBits {
		return int(n)
	}
	power := bits.Len64(n) - 1 - bandBits // of the width of the band
	if power >= longestBits-bandBits {
		return bandCount - 1
	}
	return power<<bandBits + int(n>>power)
}

// middle is the duration in the middle of a band.
func middle(band int) time.Duration {
	if band < 2<<bandBits {
		return time.Duration(band)
	}
	power := band>>bandBits - 1
	low := uint64(band-power<<bandBits) << power
	return time.Duration(low + 1<<power/2)
}

// merge adds what another histogram has counted.
func (h *histogram) merge(other *histogram) {
	if other.total == 0 {
		return
	}
	if h.bands == nil {
		h.bands = make([]uint32, bandCount)
	}
	for i, n := range other.bands {
		h.bands[i] += n
	}
	h.total += other.total
}

// percentile is the duration that a part of all, 0 to 1, are not longer than; 0 of an empty histogram.
func (h *histogram) percentile(part float64) time.Duration {
	// The rank is that of the nearest-rank method: the smallest duration with at least that part of
	// all at or below it.
	rank := uint64(part * float64(h.total))
	if float64(rank) < part*float64(h.total) {
		rank++
	}
	rank = max(1, rank)
	seen := uint64(0)
	for i, n := range h.bands {
		if seen += uint64(n); seen >= rank {
			return middle(i)
		}
	}
	return 0
}
