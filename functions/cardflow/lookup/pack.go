package lookup

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"io"
	"time"

	"signalbox/shared/card"
)

// maxRecord is how large a record may be, in bytes of JSON.
const maxRecord = 1 << 20

// packed is a record as this process and Redis keep it: JSON, compressed.
type packed struct{ data []byte }

// pack returns nil for what is too large to be kept.
func (r *record) pack() *packed {
	body, err := json.Marshal(r)
	if err != nil || len(body) > maxRecord {
		return nil
	}
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		return nil
	}
	// A bytes.Buffer takes everything.
	_, _ = w.Write(body)
	_ = w.Close()
	return &packed{bytes.Clone(out.Bytes())}
}

// unpack returns the record of that card, or nil for anything else: another version may
// have written it, another program, or an instance whose clock was ahead. The last would
// pass for newer than what Alibaba says now.
func (p *packed) unpack(id card.ICCID) *record {
	if p == nil {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(p.data)), maxRecord+1))
	var r record
	if err != nil || json.Unmarshal(body, &r) != nil || r.Version != version || r.ICCID != string(id) || r.isAhead(time.Now()) {
		return nil
	}
	return &r
}
