package aliyun

// NewHTTPClient is what a client without one of its own sends by.
var NewHTTPClient = newHTTPClient
