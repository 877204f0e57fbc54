package rulefile

import (
	"math"
	"strconv"

	"gopkg.in/yaml.v3"
)

// thresholds returns a list of different numbers from 1 to most, or none for off.
func (p *parser) thresholds(n *yaml.Node, most int) []int {
	if off(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		p.fail(n, "must be off or a list of numbers such as [80, 90]")
		return nil
	}
	var numbers []int
	seen := make(map[int]bool)
	for _, item := range n.Content {
		number, ok := p.whole(item, most)
		if ok && seen[number] {
			p.fail(item, "%d comes more than once", number)
		}
		seen[number] = true
		numbers = append(numbers, number)
	}
	return numbers
}

// off reports whether n turns something off.
func off(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Value == "off" }

// wholeOrOff returns a whole number from 1 to most, or 0 for off.
func (p *parser) wholeOrOff(n *yaml.Node, most int) int {
	if off(n) {
		return 0
	}
	number, _ := p.whole(n, most)
	return number
}

// whole returns a whole number from 1 to most.
func (p *parser) whole(n *yaml.Node, most int) (int, bool) {
	number := p.from(n, 1, most)
	return number, number > 0
}

// from returns a whole number from least, which is above 0, to most; 0 after a mistake.
func (p *parser) from(n *yaml.Node, least, most int) int {
	number, err := strconv.Atoi(n.Value)
	switch {
	case n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int":
		p.fail(n, "must be a whole number from %d to %d", least, most)
	case err != nil || number < least || number > most:
		p.fail(n, "must be from %d to %d, not %s", least, most, n.Value)
	default:
		return number
	}
	return 0
}

// probability returns a number above 0 and at most 1.
func (p *parser) probability(n *yaml.Node) float64 {
	number, err := strconv.ParseFloat(n.Value, 64)
	tag := n.ShortTag()
	switch {
	case n.Kind != yaml.ScalarNode || tag != "!!float" && tag != "!!int":
		p.fail(n, "must be a number above 0 and at most 1, such as 0.8")
	case err != nil || math.IsNaN(number) || number <= 0 || number > 1:
		p.fail(n, "must be above 0 and at most 1, not %s", n.Value)
	}
	return number
}
