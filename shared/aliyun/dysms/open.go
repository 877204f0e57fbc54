package dysms

import (
	"log/slog"

	"signalbox/shared/aliyun"
	"signalbox/shared/config"
	"signalbox/shared/quota"
)

// Open returns a Client for the configured account, with the quota of this
// process.
func Open(account config.Account, c config.Dysms, logger *slog.Logger) (*Client, error) {
	api, err := aliyun.New(aliyun.Config{
		Endpoint:    string(c.DysmsEndpoint),
		Region:      account.Region,
		Credentials: account.Credentials(),
		Quota:       quota.NewLocal(float64(c.DysmsQPS)),
		Logger:      logger,
	})
	if err != nil {
		return nil, err
	}
	return New(api), nil
}
