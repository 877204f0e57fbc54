package strictyaml

import (
	"math"
	"strconv"

	"gopkg.in/yaml.v3"
)

// Numbers returns a list of different numbers from 1 to most, or none for off.
func (r *Reader) Numbers(n *yaml.Node, most int) []int {
	if Off(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		r.Fail(n, "must be off or a list of numbers such as [80, 90]")
		return nil
	}
	var numbers []int
	seen := make(map[int]bool)
	for _, item := range n.Content {
		number, ok := r.Whole(item, most)
		if ok && seen[number] {
			r.Fail(item, "%d comes more than once", number)
		}
		seen[number] = true
		numbers = append(numbers, number)
	}
	return numbers
}

// WholeOrOff returns a whole number from 1 to most, or 0 for off.
func (r *Reader) WholeOrOff(n *yaml.Node, most int) int {
	if Off(n) {
		return 0
	}
	number, _ := r.Whole(n, most)
	return number
}

// Whole returns a whole number from 1 to most.
func (r *Reader) Whole(n *yaml.Node, most int) (int, bool) {
	number := r.From(n, 1, most)
	return number, number > 0
}

// From returns a whole number from least, which is above 0, to most; 0 after a mistake.
func (r *Reader) From(n *yaml.Node, least, most int) int {
	number, err := strconv.Atoi(n.Value)
	switch {
	case n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int":
		r.Fail(n, "must be a whole number from %d to %d", least, most)
	case err != nil || number < least || number > most:
		r.Fail(n, "must be from %d to %d, not %s", least, most, n.Value)
	default:
		return number
	}
	return 0
}

// Probability returns a number above 0 and at most 1.
func (r *Reader) Probability(n *yaml.Node) float64 {
	number, err := strconv.ParseFloat(n.Value, 64)
	tag := n.ShortTag()
	switch {
	case n.Kind != yaml.ScalarNode || tag != "!!float" && tag != "!!int":
		r.Fail(n, "must be a number above 0 and at most 1, such as 0.8")
	case err != nil || math.IsNaN(number) || number <= 0 || number > 1:
		r.Fail(n, "must be above 0 and at most 1, not %s", n.Value)
	}
	return number
}
