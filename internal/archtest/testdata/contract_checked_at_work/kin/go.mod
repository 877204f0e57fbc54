module github.com/getkin/kin-openapi

go 1.26.0
