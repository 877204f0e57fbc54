// Package aliyun is part of a fixture.
package aliyun
