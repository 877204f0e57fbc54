package serve

// Margin is for the table of margins.
var Margin = margin
