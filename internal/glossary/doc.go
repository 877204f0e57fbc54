// Package glossary holds the project's names and texts to the words of
// CONTRIBUTING.md: it has only tests.
package glossary
