//go:build browser

package browsertest_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// keep wants a picture of a page to look at, and renews that in doc where the test is
// asked to.
func keep(t *testing.T, name string, picture []byte) {
	t.Helper()
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	colours := coloursOf(decoded)
	if len(colours) < 50 {
		t.Errorf("%s has %d colours, want a page to look at", name, len(colours))
	}
	if !*update {
		return
	}
	small := image.NewPaletted(decoded.Bounds(), mostFrequent(colours, 256))
	draw.Draw(small, small.Bounds(), decoded, decoded.Bounds().Min, draw.Src)
	var file bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&file, small); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join("..", "..", "doc", name), file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// coloursOf counts the pixels of each colour.
func coloursOf(picture image.Image) map[color.Color]int {
	colours := make(map[color.Color]int)
	bounds := picture.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			colours[color.RGBAModel.Convert(picture.At(x, y))]++
		}
	}
	return colours
}

// mostFrequent are the colours that stand for all in a small file.
func mostFrequent(colours map[color.Color]int, n int) color.Palette {
	all := slices.Collect(maps.Keys(colours))
	slices.SortFunc(all, func(a, b color.Color) int { return colours[b] - colours[a] })
	return all[:min(n, len(all))]
}
