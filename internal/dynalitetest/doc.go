// Package dynalitetest runs what is kept in DynamoDB against dynalite, which speaks its
// protocol. Its tests need dynalite and node:
//
//	make dynalite
package dynalitetest
