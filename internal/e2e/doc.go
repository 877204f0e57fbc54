// Package e2e drives the three bootstraps, as they are deployed, on every
// platform there is: it has only tests. A fault is tried once in a file faults_*_test.go, and in
// its variants, with the build tag long, in a file fault_*_test.go.
package e2e
