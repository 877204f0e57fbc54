package words

var englishMessage = Message{}
