// Package archtest holds the laws of the project's layout as tests: who may
// import whom, with the reason, and that every package says what it is for.
// doc/design.md tells the same as a story.
package archtest
