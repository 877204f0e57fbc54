package serve

// Margin is for the table of margins.
var Margin = margin

// SoftMemory is for the table of machines.
var SoftMemory = softMemory
