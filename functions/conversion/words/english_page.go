package words

var englishPage = Page{}
