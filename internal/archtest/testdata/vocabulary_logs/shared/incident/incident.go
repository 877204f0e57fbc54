// Package incident is part of a fixture.
package incident

import _ "log/slog"
