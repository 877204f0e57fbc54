package words

var chinesePage = Page{}
