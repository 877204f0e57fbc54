package main

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"
)

// moment is a flag's time. The zero value is none.
type moment struct{ time.Time }

// Set reads RFC 3339, or milliseconds since 1970.
func (m *moment) Set(text string) error {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		m.Time = time.UnixMilli(ms)
		return nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return errors.New("want a time such as 2026-11-25T04:05:06Z, or milliseconds since 1970")
	}
	m.Time = at
	return nil
}

// String returns the time as it is sent.
func (m *moment) String() string {
	if m.IsZero() {
		return ""
	}
	return m.UTC().Format(time.RFC3339Nano)
}

// Type names the value in help.
func (m *moment) Type() string { return "time" }

// number is a flag's number, as it was written. The zero value is none.
type number string

// Set takes what JSON has for a number.
func (n *number) Set(text string) error {
	if _, err := strconv.ParseFloat(text, 64); err != nil || !json.Valid([]byte(text)) {
		return errors.New("want a number such as 0.53")
	}
	*n = number(text)
	return nil
}

// String returns the number.
func (n *number) String() string { return string(*n) }

// Type names the value in help.
func (n *number) Type() string { return "number" }
