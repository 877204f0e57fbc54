package slacktest

import "encoding/json"

// Limits of the blocks' own parts, in characters or elements.
const (
	maxHeader     = 150
	maxSection    = 3000
	maxFields     = 10
	maxField      = 2000
	maxElements   = 10
	maxButtons    = 25
	maxButtonText = 75
	maxURL        = 3000
	maxAltText    = 2000
	maxMarkdown   = 12000
)

// textObject is Slack's text with its kind.
type textObject struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

func (t textObject) text() text { return text{Raw: t.Text, Mrkdwn: t.Type == "mrkdwn"} }

// plain reports whether t may stand where Slack takes no markup.
func (t textObject) plain(limit int) bool {
	return t.Type == "plain_text" && t.fits(limit)
}

func (t textObject) valid(limit int) bool {
	return (t.Type == "plain_text" || t.Type == "mrkdwn") && t.fits(limit)
}

func (t textObject) fits(limit int) bool { return t.Text != "" && !tooLong(t.Text, limit) }

// element is a button or an image inside a block, or the image block itself.
type element struct {
	Type     string          `json:"type"`
	Text     json.RawMessage `json:"text"` // an object in a button, a string in a context
	URL      string          `json:"url"`
	ImageURL string          `json:"image_url"`
	AltText  string          `json:"alt_text"`
}

// button reads a button that leads somewhere.
func (e element) button() (text, bool) {
	var label textObject
	ok := e.Type == "button" && json.Unmarshal(e.Text, &label) == nil && label.plain(maxButtonText) &&
		e.URL != "" && !tooLong(e.URL, maxURL)
	return text{Raw: label.Text, URL: e.URL}, ok
}

func (e element) image() (text, bool) {
	ok := e.Type == "image" && e.ImageURL != "" && !tooLong(e.ImageURL, maxURL) &&
		e.AltText != "" && !tooLong(e.AltText, maxAltText)
	return text{Raw: e.AltText, URL: e.ImageURL}, ok
}

func readHeader(raw json.RawMessage) (part, bool) {
	var block struct {
		Text textObject `json:"text"`
	}
	err := json.Unmarshal(raw, &block)
	return part{Text: block.Text.text()}, err == nil && block.Text.plain(maxHeader)
}

func readSection(raw json.RawMessage) (p part, ok bool) {
	var block struct {
		Text      *textObject  `json:"text"`
		Fields    []textObject `json:"fields"`
		Accessory *element     `json:"accessory"`
	}
	if json.Unmarshal(raw, &block) != nil || block.Text == nil && len(block.Fields) == 0 {
		return p, false
	}
	if block.Text != nil {
		if !block.Text.valid(maxSection) {
			return p, false
		}
		p.Text = block.Text.text()
	}
	for _, field := range block.Fields {
		if !field.valid(maxField) {
			return p, false
		}
		p.Items = append(p.Items, field.text())
	}
	if block.Accessory != nil {
		link, ok := block.Accessory.link()
		if !ok {
			return p, false
		}
		p.Links = []text{link}
	}
	return p, len(block.Fields) <= maxFields
}

// link reads what may stand beside a section.
func (e element) link() (text, bool) {
	if e.Type == "image" {
		return e.image()
	}
	return e.button()
}

func readContext(raw json.RawMessage) (p part, ok bool) {
	var block struct {
		Elements []json.RawMessage `json:"elements"`
	}
	if json.Unmarshal(raw, &block) != nil || len(block.Elements) == 0 || len(block.Elements) > maxElements {
		return p, false
	}
	for _, raw := range block.Elements {
		item, ok := readContextElement(raw)
		if !ok {
			return p, false
		}
		p.Items = append(p.Items, item)
	}
	return p, true
}

func readContextElement(raw json.RawMessage) (text, bool) {
	var e element
	if json.Unmarshal(raw, &e) == nil && e.Type == "image" {
		return e.image()
	}
	var t textObject
	err := json.Unmarshal(raw, &t)
	return t.text(), err == nil && t.valid(maxSection)
}

func readActions(raw json.RawMessage) (p part, ok bool) {
	var block struct {
		BlockID  string            `json:"block_id"`
		Elements []json.RawMessage `json:"elements"`
	}
	if json.Unmarshal(raw, &block) != nil || len(block.Elements) == 0 || len(block.Elements) > maxButtons {
		return p, false
	}
	ids := map[string]bool{}
	for _, raw := range block.Elements {
		var e element
		if json.Unmarshal(raw, &e) != nil {
			return p, false
		}
		if link, ok := e.button(); ok {
			p.Links = append(p.Links, link)
			continue
		}
		c, ok := readControl(raw)
		if !ok || ids[c.ActionID] {
			return p, false
		}
		ids[c.ActionID], c.BlockID = true, block.BlockID
		p.Controls = append(p.Controls, c)
	}
	return p, true
}

func readImage(raw json.RawMessage) (part, bool) {
	var e element
	if json.Unmarshal(raw, &e) != nil {
		return part{}, false
	}
	picture, ok := e.image()
	return part{Links: []text{picture}}, ok
}

func readMarkdown(raw json.RawMessage) (part, bool) {
	var block struct {
		Text string `json:"text"`
	}
	err := json.Unmarshal(raw, &block)
	return part{Text: text{Raw: block.Text}}, err == nil && block.Text != "" && !tooLong(block.Text, maxMarkdown)
}
