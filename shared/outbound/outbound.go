// Package outbound sends what is posted to receivers: in order, at a pace, again after
// faults, and to the address that an operator has named and nowhere else. What an answer
// means, its callers say.
package outbound
