// Package main is part of a fixture.
package main

import _ "signalbox/functions/alerts"

func main() {}
