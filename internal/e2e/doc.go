// Package e2e drives the three bootstraps, as they are deployed, on every
// platform there is: it has only tests.
package e2e
