// Package deploy holds the tests of the two deployment files, s.yaml and
// template.yaml: that each is sound by itself, that both describe the same
// functions, and that every variable they set is documented. The platforms' own
// validators need a network, and fc3's lets most mistakes through.
package deploy
