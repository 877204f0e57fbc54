module signalbox

go 1.26.0

require example.com/outside v0.0.0

replace example.com/outside => ./outside
