module signalbox

go 1.26.0

require github.com/aws/aws-lambda-go v0.0.0

replace github.com/aws/aws-lambda-go => ./outside
