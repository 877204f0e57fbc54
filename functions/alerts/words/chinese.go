package words

var chinese = Words{
	Tag: "zh-CN", Name: "中文",
	Act: chineseAct,
}
