package words

// Page is what the page of the rates says.
type Page struct{}
