// Package browsertest looks at pages in a real browser, as people would: in English and
// Chinese, light and dark, on a phone, on paper, by keyboard, and as axe-core hears
// them. It has only tests, which need chromium, fonts with Chinese characters and emoji,
// and axe-core from npm:
//
//	make browser
//
// With -update they renew the pictures in doc.
package browsertest
