// Package openapi3 stands in for a module of others.
package openapi3
