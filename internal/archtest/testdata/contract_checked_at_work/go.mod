module signalbox

go 1.26.0

require github.com/getkin/kin-openapi v0.0.0

replace github.com/getkin/kin-openapi => ./kin
