package words

var chineseMessage = Message{}
