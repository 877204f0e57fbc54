// Package main is part of a fixture.
package main

import _ "signalbox/shared/slack/slacktest"

func main() {}
