// Package deploy holds the tests of the deployment files. Of s.yaml and template.yaml:
// that each is sound by itself, that both describe the same functions, and that every
// variable they set is documented. Of the files for one server, and of the policies of
// Alibaba Cloud's, the same; the Dockerfile's steps are taken without Docker. The
// platforms' own validators need a network, and fc3's lets most mistakes through.
package deploy
