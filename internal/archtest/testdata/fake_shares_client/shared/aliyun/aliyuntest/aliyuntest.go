// Package aliyuntest is part of a fixture.
package aliyuntest

import _ "signalbox/shared/aliyun"
