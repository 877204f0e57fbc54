// Package slack is part of a fixture.
package slack

import _ "signalbox/shared/aliyun/linkcard"
