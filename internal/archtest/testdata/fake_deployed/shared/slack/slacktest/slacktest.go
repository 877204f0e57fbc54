// Package slacktest is part of a fixture.
package slacktest
