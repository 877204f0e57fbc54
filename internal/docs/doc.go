// Package docs holds the documents to the code: it has only tests.
package docs
