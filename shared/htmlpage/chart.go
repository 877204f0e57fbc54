package htmlpage

import (
	"math"
	"strconv"
)

// Coordinate writes a place or a size in a drawing, with two decimals at most.
func Coordinate(v float64) string { return strconv.FormatFloat(math.Round(v*100)/100, 'f', -1, 64) }

// Steps returns an axis that holds most, which is 1 at least: up to four steps of one, two
// or five times a power of ten.
func Steps(most float64) (step float64, steps int) {
	most = max(most, 1)
	power := math.Pow(10, math.Floor(math.Log10(most/4)))
	for _, digit := range []float64{1, 2, 5, 10} {
		if step = digit * power; step*4 >= most {
			break
		}
	}
	return step, int(math.Ceil(most/step - 1e-9))
}
