package dial

// Spaced writes how numbers begin with a space after the country code, such as +65 8123.
// What begins with none stays as it is.
func Spaced(prefix string) string {
	if len(prefix) == 0 || prefix[0] != '+' {
		return prefix
	}
	digits := prefix[1:]
	for n := 1; n <= longestCode && n < len(digits); n++ {
		if _, ok := holders[digits[:n]]; ok {
			return prefix[:1+n] + " " + digits[n:]
		}
	}
	return prefix
}
