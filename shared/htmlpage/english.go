package htmlpage

import "strconv"

var english = words{
	Tag: "en", Switch: "中文", SwitchTag: "zh-Hans", SkipToContent: "Skip to the content",
	Refusal: refusalWords{
		BySlug: map[string]Said{
			"wrong-link":        {"This link is wrong", "It was altered, or is of another page. Ask for a new one."},
			"old-link":          {"This link is too old", "It was good for seven days. Ask for a new one."},
			"unauthorized":      {"Sign in", "Any name will do; the password is one of this function’s tokens."},
			"no-such-path":      {"No such page", "There is nothing at this address."},
			"invalid-parameter": {"Wrong address", "A part of this page’s address is wrong."},
		},
		ByStatus: map[int]Said{
			400: {"Wrong request", "This request cannot be understood."},
			405: {"Wrong method", "This page can only be read."},
			429: {"Too many requests", "Try again later."},
			500: {"Something went wrong", "The reason has been logged."},
			502: {"Alibaba Cloud failed", "Try again."},
			503: {"Not available now", "Try again."},
			504: {"No answer in time", "Try again."},
		},
		Other: Said{"This did not work", "The reason has been logged."},
		Again: func(n int) string {
			if n == 1 {
				return "Try again in 1 second."
			}
			return "Try again in " + strconv.Itoa(n) + " seconds."
		},
		Field: "What is wrong:", Request: "Request",
	},
}
