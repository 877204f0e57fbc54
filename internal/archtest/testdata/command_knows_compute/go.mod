module signalbox

go 1.26.0

require github.com/aliyun/fc-runtime-go-sdk v0.0.0

replace github.com/aliyun/fc-runtime-go-sdk => ./outside
