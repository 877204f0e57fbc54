package config

import (
	"errors"
	"time"
)

// TimeOfDay is how long after midnight something is due.
type TimeOfDay time.Duration

// UnmarshalText reads hours and minutes, such as 09:00.
func (d *TimeOfDay) UnmarshalText(text []byte) error {
	at, err := time.Parse("15:04", string(text))
	if err != nil {
		return errors.New("must be a time of day from 00:00 to 23:59, such as 09:00")
	}
	*d = TimeOfDay(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
	return nil
}
