package fleet

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"

	"signalbox/shared/incident"
)

// Marks are subjects by their hashes. As text they take eleven characters each.
type Marks []uint64

// markOf is the same in every process.
func markOf(s incident.Subject) uint64 {
	return hash(string(s.Kind), s.ID)
}

func hash(texts ...string) uint64 {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return binary.BigEndian.Uint64(sum[:])
}

// MarshalText encodes the marks in base64.
func (m Marks) MarshalText() ([]byte, error) {
	data := make([]byte, 0, 8*len(m))
	for _, mark := range m {
		data = binary.BigEndian.AppendUint64(data, mark)
	}
	return base64.RawStdEncoding.AppendEncode(nil, data), nil
}

// UnmarshalText reads what MarshalText returns.
func (m *Marks) UnmarshalText(text []byte) error {
	data, err := base64.RawStdEncoding.AppendDecode(nil, text)
	if err != nil || len(data)%8 != 0 {
		return errors.New("marks must be whole numbers of 8 bytes in base64")
	}
	*m = make(Marks, 0, len(data)/8)
	for ; len(data) > 0; data = data[8:] {
		*m = append(*m, binary.BigEndian.Uint64(data))
	}
	return nil
}

// sketchSize is how many cards stand for the fleet: enough to know a share to
// within three percent.
const sketchSize = 128

// sketch adds a card to a sample of a fleet: the cards whose hashes are the
// smallest, in their order. Two sweeps of one fleet choose the same ones.
func sketch(sample Marks, mark uint64) Marks {
	i, found := slices.BinarySearch(sample, mark)
	if found || i == sketchSize {
		return sample
	}
	sample = slices.Insert(slices.Clip(sample), i, mark)
	return sample[:min(len(sample), sketchSize)]
}

// overlap returns which share of the cards of one fleet another has too, by their
// samples. It is 1 where that is not known.
func overlap(before, now Marks) float64 {
	limit := min(reach(before), reach(now))
	all, both := 0, 0
	for _, mark := range before {
		if mark > limit {
			break
		}
		all++
		if _, found := slices.BinarySearch(now, mark); found {
			both++
		}
	}
	if all == 0 {
		return 1
	}
	return float64(both) / float64(all)
}

// reach is the largest hash up to which a sample has every card.
func reach(sample Marks) uint64 {
	if len(sample) < sketchSize {
		return math.MaxUint64
	}
	return sample[sketchSize-1]
}
