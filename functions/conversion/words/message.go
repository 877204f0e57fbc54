package words

// Message is what notifications say.
type Message struct{}
