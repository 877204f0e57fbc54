package deploy_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// cronInterval returns how far apart the events of Function Compute's schedule
// are.
func cronInterval(expression string) (time.Duration, error) {
	fields := cron.Second | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor
	schedule, err := cron.NewParser(fields).Parse(expression)
	if err != nil {
		return 0, fmt.Errorf("parse schedule: %w", err)
	}
	first := schedule.Next(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC))
	return schedule.Next(first).Sub(first), nil
}

// awsInterval reads a schedule of EventBridge: rate(10 minutes), or cron(minute
// hour day month weekday year) with the zone it is meant in.
func awsInterval(expression, zone string) (time.Duration, error) {
	fields, ok := strings.CutPrefix(expression, "cron(")
	if !ok {
		return rateInterval(expression)
	}
	fields, year := strings.CutSuffix(fields, " *)")
	if !year || strings.Count(fields, " ") != 4 {
		return 0, fmt.Errorf("%q does not have the six fields of cron, the last of them *", expression)
	}
	if _, err := time.LoadLocation(zone); err != nil || zone == "" {
		return 0, fmt.Errorf("ScheduleExpressionTimezone %q is no zone", zone)
	}
	return cronInterval("CRON_TZ=" + zone + " 0 " + fields)
}

var rate = regexp.MustCompile(`^rate\(([0-9]+) (minute|minutes|hour|hours|day|days)\)$`)

// rateInterval reads a schedule of EventBridge, which wants rate(1 minute) and
// rate(2 minutes) and refuses the other way round.
func rateInterval(expression string) (time.Duration, error) {
	parts := rate.FindStringSubmatch(expression)
	if parts == nil {
		return 0, fmt.Errorf("%q is no rate(number unit)", expression)
	}
	n, err := strconv.Atoi(parts[1])
	unit, plural := strings.CutSuffix(parts[2], "s")
	if err != nil || n < 1 || plural != (n > 1) {
		return 0, fmt.Errorf("%q has number and unit at odds", expression)
	}
	units := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	return time.Duration(n) * units[unit], nil
}
