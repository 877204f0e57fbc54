package words

var english = Words{
	Tag: "en", Name: "English",
	Act: englishAct,
}
