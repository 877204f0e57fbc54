package ledger

// What tests need of the inside.
var (
	EncodeOTP = encodeOTP
	DecodeOTP = decodeOTP
	Expired   = expired

	EncodeSpan = encodeSpan
	DecodeSpan = decodeSpan
	Member     = member
	SpanOf     = spanOf
)
