// Command signalbox is part of a fixture.
package main

import _ "github.com/aliyun/fc-runtime-go-sdk/fc"

func main() {}
