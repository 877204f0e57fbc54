package alerts_test

var (
	yearUsage  = []int{80, 90, 100}
	yearExpiry = []int{30, 14, 7, 3, 1}
)
