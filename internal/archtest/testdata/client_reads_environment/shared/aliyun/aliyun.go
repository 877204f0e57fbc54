// Package aliyun is part of a fixture.
package aliyun

import _ "signalbox/shared/config"
