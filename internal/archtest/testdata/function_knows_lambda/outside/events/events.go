// Package events stands in for a module of others.
package events
