package message

import "signalbox/functions/conversion/watch"

// Description is what there is to say of an incident.
type Description struct {
	Title string   // the worst, and its number
	Parts []string // countries and prefixes, or what else it is made of
	Rest  []string // sentences
	ToDo  string
}

// Describe words an incident, for others than receivers, as notifications have it.
func (w Writer) Describe(i watch.Incident) Description {
	d := w.describe(i)
	described := Description{Title: d.title, Parts: d.parts, Rest: d.rest}
	if d.toDo != "" {
		described.ToDo = w.words().ToDo(d.toDo)
	}
	return described
}
