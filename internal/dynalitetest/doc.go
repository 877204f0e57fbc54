// Package dynalitetest runs what is kept in DynamoDB against dynalite, which speaks its
// protocol. It has only tests, which need dynalite and node:
//
//	make dynalite
package dynalitetest
